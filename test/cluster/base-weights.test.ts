import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { openStore } from '../../store/open-store.ts';
import { sha256Of } from '../../store/records.ts';
import { Cluster } from './cluster.ts';
import { readResults, toySweep, Workplace } from './workplace.ts';

/** A sweep whose trainer starts from base weights in the bucket. */
async function prepare(workplace: Workplace): Promise<object> {
  const source = `${workplace.store}-base`;
  const list = `${sha256Of('base')}  weights.txt\n`;
  const bucket = await openStore(source);
  await bucket.create('weights.txt', new TextEncoder().encode('base'));
  await bucket.create('SHA256SUMS', new TextEncoder().encode(list));
  const sweep = parse(toySweep(workplace, 'based')) as { trainer: object };
  const weights = { source, digest: sha256Of(list) };
  return { ...sweep, trainer: { ...sweep.trainer, weights } };
}

test('the carrier of a pod fetches base weights, its trainer may only read them', async () => {
  const workplace = new Workplace();
  const sweep = await prepare(workplace);
  workplace.write('pods.yaml', stringify(sweep));
  const { compute: _compute, store: _store, ...rest } = sweep as Record<string, unknown>;
  workplace.write('here.yaml', stringify(rest));

  const running = workplace.ratchet('run', 'pods.yaml', '--json');
  const pod = await new Cluster().trainingPod();
  const mounts = pod.spec?.containers[0]?.volumeMounts;
  expect(mounts).toContainEqual(expect.objectContaining({ mountPath: '/cache', readOnly: true }));
  const inPods = await running;
  expect(inPods, inPods.stderr).toMatchObject({ code: 0 });

  const here = await workplace.ratchet('run', 'here.yaml', '--json');
  expect(here, here.stderr).toMatchObject({ code: 0 });
  expect(readResults(inPods)).toBe(readResults(here));
});
