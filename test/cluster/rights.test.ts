import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findMissingRights, RIGHTS } from '../../k8s/check-rights.ts';
import { openCluster } from '../../k8s/cluster.ts';
import { nameJob } from '../../k8s/job-request.ts';
import { PLAIN } from '../helm/chart.ts';
import { followJob } from './followed-job.ts';
import { HAS_HELM, Installations } from './installed-chart.ts';

const NAMESPACE = 'rights';

/** Each right of the list, as `findMissingRights` names it. */
const rights = RIGHTS.flatMap(({ group, resource, subresource, verbs }) =>
  verbs.map((verb) => {
    const full = [resource, subresource].filter(Boolean).join('/');
    return { name: `${verb} ${full}${group && `.${group}`}`, verb, full };
  }),
);

/** What a Job's way from its making to its removal asks for. Logs are read beside it: `failures.test.ts`. */
const NEEDED = rights.filter(({ verb, full }) => full !== 'pods/log' && !isWatching(verb, full));
/** What tells of Jobs and pods as they change. */
const WATCHED = rights.filter(({ verb, full }) => isWatching(verb, full));

function isWatching(verb: string, full: string): boolean {
  return (verb === 'list' && full !== 'events') || verb === 'watch';
}

describe.skipIf(!HAS_HELM)("the worker's rights", () => {
  let installations: Installations;
  /** Contexts by the right that they lack. */
  const lacking = new Map<string, string>();

  afterAll(() => installations.remove());
  beforeAll(async () => {
    installations = new Installations(NAMESPACE);
    await installations.makeNamespace(NAMESPACE);
    await installations.install(NAMESPACE, '--values', PLAIN, '--set', 'replicas=0');
    const rules = await installations.readRules(NAMESPACE);
    for (const { name, verb, full } of rights) {
      const fewer = rules.map((rule) =>
        rule.resources?.[0] === full
          ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) }
          : rule,
      );
      const account = `without-${name.replaceAll(/[^a-z]/g, '-')}`;
      const granted = fewer.filter(({ verbs }) => verbs.length > 0);
      lacking.set(name, await installations.makeAccount(NAMESPACE, account, granted));
    }
  });

  test('are all that following a Job needs', async () => {
    const context = await installations.actAs(NAMESPACE, 'ratchet');
    await expect.poll(() => findMissing(context)).toEqual([]);
    expect(await followDeleted(context)).toBe('evicted');
  });

  test.each(rights)('with $name taken away, it is named as missing', async ({ name }) => {
    await expect.poll(() => findMissing(lacking.get(name) ?? '')).toEqual([name]);
  });

  test.each(NEEDED)('without $name a Job cannot be followed', async ({ name, verb, full }) => {
    await expect(followDeleted(lacking.get(name) ?? '')).rejects.toMatchObject({
      causeName: 'cluster-refused',
      message: expect.stringContaining(`cannot ${verb} resource "${full}"`),
    });
  });

  test.each(WATCHED)(
    'without $name nothing is heard of a Job, which is said',
    async ({ name, full }) => {
      await expect(followJob(lacking.get(name) ?? '', NAMESPACE).end).rejects.toMatchObject({
        causeName: 'cluster-refused',
        message: expect.stringMatching(`to list or to watch .*/${full}$`),
      });
    },
  );

  test('are none for trainers', async () => {
    const context = await installations.actAs(NAMESPACE, 'ratchet-trainer');
    expect(await findMissing(context)).toEqual(rights.map(({ name }) => name));
  });
});

function findMissing(context: string): Promise<string[]> {
  return findMissingRights(openCluster(context), NAMESPACE, 5000);
}

/** Follows a Job that is deleted from outside as soon as the cluster has told of it. Returns what its end is put down to. */
async function followDeleted(context: string): Promise<string | undefined> {
  const { request, seen, end } = followJob(context, NAMESPACE);
  await Promise.race([seen, end]);
  const of = { namespace: NAMESPACE, name: nameJob(request) };
  await openCluster('t').batch.deleteNamespacedJob({ ...of, propagationPolicy: 'Background' });
  return (await end)?.verdict.cause;
}
