import { join } from 'node:path';
import type { V1PodStatus } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import type { ExplainedSweep } from '../../cli/explain.ts';
import { loadSweep } from '../../cli/load-sweep.ts';
import { LEASE, LEASE_RENEWAL } from '../../contract/timeouts.ts';
import { claimAttempt, recordOutcome } from '../../store/attempts.ts';
import { createLeaseObserver, keepLease } from '../../store/leases.ts';
import { identifySelf } from '../../store/process-identity.ts';
import { locateHome } from '../../worker/home.ts';
import { Cluster, waitFor } from './cluster.ts';
import { fired } from './fired.ts';
import { attemptsOf } from './interruption.ts';
import { toySweep, Workplace } from './workplace.ts';

const START_DEADLINE = 8;

/** Claims the first block of a workplace's sweep and keeps the claim, as another that trains it. */
async function holdBlock(workplace: Workplace): Promise<{ release: () => Promise<void> }> {
  const { plan } = await loadSweep(join(workplace.folder, 'sweep.yaml'), locateHome());
  const key = plan.lineages[0]?.blocks[0] ?? '';
  const store = await workplace.openStore();
  const owner = { ...identifySelf(), sweep: 'another', lineage: 'keep/1' };
  const claim = await claimAttempt(store, key, owner, createLeaseObserver(LEASE));
  if (claim.state !== 'claimed') throw new Error(`the block is ${claim.state}`);
  const timing = { renewal: LEASE_RENEWAL, lease: LEASE, step: () => 0 };
  const lease = keepLease(store, claim.attempt, timing);
  return {
    release: async () => {
      await lease.stop();
      const ending = { result: 'interrupted', step: 0, reason: 'released' } as const;
      await recordOutcome(store, claim.attempt, ending);
    },
  };
}

async function readStatus(): Promise<V1PodStatus | undefined> {
  const [pod] = await new Cluster().pods();
  return pod?.status;
}

/** Seconds since the carrier of the only pod runs. */
async function readAge(): Promise<number> {
  const [carrier] = (await readStatus())?.initContainerStatuses ?? [];
  const since = carrier?.state?.running?.startedAt;
  return since ? (Date.now() - since.getTime()) / 1000 : 0;
}

test('a pod that waits for the claim of another is shown to wait, and is not given up for it', async () => {
  const workplace = new Workplace();
  const compute = { startDeadline: START_DEADLINE, env: { TOY_STEP_MS: '600' } };
  workplace.write('sweep.yaml', toySweep(workplace, 'claimed', { compute }));
  const held = await holdBlock(workplace);
  const running = workplace.ratchet('run', 'sweep.yaml', '--json');
  await waitFor(async () => (await readAge()) > START_DEADLINE + 4 || undefined);
  fired('waiting for a claim beyond the start deadline');
  const { stdout } = await workplace.ratchet('explain', '--json');
  const { units } = JSON.parse(stdout) as ExplainedSweep;
  expect(units).toMatchObject([{ state: 'waiting', tries: [{ result: 'running' }] }]);
  await held.release();
  // Its carrier was told that the trainer runs.
  await waitFor(async () => (await readStatus())?.containerStatuses?.[0]?.started || undefined);
  const { code, stderr } = await running;
  expect(code, stderr).toBe(0);
  expect(await attemptsOf(workplace)).toMatchObject([
    { result: 'interrupted' },
    { result: 'done' },
  ]);
});
