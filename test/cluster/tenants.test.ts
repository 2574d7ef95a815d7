import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findMissingRights, RIGHTS } from '../../k8s/check-rights.ts';
import { openCluster } from '../../k8s/cluster.ts';
import { nameJob } from '../../k8s/job-request.ts';
import { PLAIN } from '../helm/chart.ts';
import { followJob } from './followed-job.ts';
import { HAS_HELM, Installations } from './installed-chart.ts';

describe.skipIf(!HAS_HELM)('two teams with the chart in namespaces of their own', () => {
  let blue: string;
  let green: string;
  let installations: Installations;

  afterAll(() => installations.remove());
  beforeAll(async () => {
    installations = new Installations('tenants');
    for (const team of ['blue', 'green']) {
      await installations.makeNamespace(team);
      const own = `temporal.namespace=${team}`;
      await installations.install(team, '--values', PLAIN, '--set', 'replicas=0', '--set', own);
    }
    blue = await installations.actAs('blue', 'ratchet');
    green = await installations.actAs('green', 'ratchet');
  });

  test("have every right in their own, and none at all in each other's", async () => {
    await expect.poll(() => findMissing(blue, 'blue')).toEqual([]);
    await expect.poll(() => findMissing(green, 'green')).toEqual([]);
    const all = RIGHTS.flatMap(({ verbs }) => verbs).length;
    expect(await findMissing(blue, 'green')).toHaveLength(all);
    expect(await findMissing(green, 'blue')).toHaveLength(all);
  });

  test('do the same piece of work side by side, and neither follows the Job of the other', async () => {
    const [ours, theirs] = [followJob(blue, 'blue'), followJob(green, 'green')];
    await Promise.all([ours.seen, theirs.seen]);
    const name = nameJob(ours.request);
    expect(nameJob(theirs.request)).toBe(name);
    const { batch } = openCluster('t');
    await batch.deleteNamespacedJob({ namespace: 'blue', name, propagationPolicy: 'Background' });
    expect((await ours.end)?.verdict.cause).toBe('evicted');
    const standing = await batch.readNamespacedJob({ namespace: 'green', name });
    expect(standing.metadata?.deletionTimestamp).toBeUndefined();
    theirs.stop(new Error('cancelled'));
    await expect(theirs.end).rejects.toThrow('cancelled');
    expect((await batch.listNamespacedJob({ namespace: 'green' })).items).toEqual([]);
  });

  test("are told so when a sweep file names the other's namespace", async () => {
    await expect(followJob(blue, 'green').end).rejects.toMatchObject({
      causeName: 'cluster-refused',
      message: expect.stringMatching(/cannot create resource "jobs".* in the namespace "green"/),
    });
  });
});

function findMissing(context: string, namespace: string): Promise<string[]> {
  return findMissingRights(openCluster(context), namespace, 5000);
}
