import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SweepView } from '../../../cli/progress.ts';
import { Cluster, waitFor } from '../cluster.ts';
import { fired } from '../fired.ts';
import { attemptsOf, finish, runUndisturbed, waitForCheckpoint } from '../interruption.ts';
import { HAS_KUEUE, Kueue } from '../kueue.ts';
import { toySweep, Workplace } from '../workplace.ts';

const cluster = new Cluster();
/** Slow enough that a test can reach in. */
const QUEUED = { queue: 'train', queuePriority: 'study', env: { TOY_STEP_MS: '600' } };

describe.skipIf(!HAS_KUEUE)('a sweep behind a quota of one GPU', () => {
  const kueue = new Kueue();
  beforeAll(() => kueue.start());
  afterAll(() => kueue.stop());

  test('waits for its turn, gives way to what is urgent, comes back, and repeats nothing', async () => {
    const done = await runUndisturbed();
    const other = await kueue.occupy('other', 'study');
    const { workplace, ended } = startSweep();
    await waitFor(() => isQueued(workplace));
    await other.remove();

    const pod = await cluster.trainingPod();
    await waitForCheckpoint(workplace);
    const urgent = await kueue.occupy('urgent', 'urgent');
    fired('a pod taken back by Kueue for a higher priority');
    await waitFor(() => isQueued(workplace));
    await urgent.remove();

    expect(ownerOf(await cluster.trainingPod(pod))).toBe(ownerOf(pod));
    expect(await finish({ workplace, ended, pod })).toEqual({
      ...done,
      attempts: ['interrupted', 'done'],
    });
  });

  test('leaves the queue when it is paused there, and when it is cancelled there', async () => {
    const other = await kueue.occupy('another', 'study');
    const { workplace, ended } = startSweep();
    await waitFor(() => isQueued(workplace));
    await workplace.ratchet('pause');
    await waitFor(async () => (await cluster.jobs()).length === 0);
    await workplace.ratchet('resume');
    await waitFor(() => isQueued(workplace));
    await workplace.ratchet('cancel');
    expect(await ended).toMatchObject({ code: 6 });
    await other.remove();
    expect(await cluster.listLeft()).toEqual([]);
    expect(await attemptsOf(workplace)).toEqual([]);
  });
});

function startSweep(): { workplace: Workplace; ended: ReturnType<Workplace['ratchet']> } {
  const workplace = new Workplace();
  workplace.write('sweep.yaml', toySweep(workplace, 'toy', { compute: QUEUED }));
  return { workplace, ended: workplace.ratchet('run', 'sweep.yaml', '--json') };
}

/** Its training is, as people are told. */
async function isQueued(workplace: Workplace): Promise<boolean> {
  const { code, stdout } = await workplace.ratchet('status', '--json');
  if (code !== 0) return false; // It is not submitted yet.
  const { view } = JSON.parse(stdout) as { view: SweepView | null };
  return (view?.lineages ?? [])
    .flatMap(({ activities }) => activities)
    .some(({ stage, message }) => stage === 'queued' && /turn in the queue/.test(message ?? ''));
}

function ownerOf({ metadata }: V1Pod): string | undefined {
  return metadata?.ownerReferences?.[0]?.uid;
}
