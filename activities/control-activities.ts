import type { Client } from '@temporalio/client';
import type { ControlActivities, Unit } from '../contract/activities.ts';
import { CausedError } from '../contract/causes.ts';
import { lineageAt } from '../plan/cells.ts';
import { readOutcome } from '../store/attempt-history.ts';
import { commitBlock } from '../store/blocks.ts';
import { cleanPartials } from '../store/partials.ts';
import type { Store } from '../store/store.ts';
import { withCauses } from './failures.ts';
import { isRunning } from './is-running.ts';
import { openLineage } from './open-lineage.ts';
import { readPlan } from './plans.ts';
import { provideHeldOut, provideTraining } from './provide-data.ts';
import { reportSweep } from './report-sweep.ts';
import { isSpent } from './spending.ts';

/** Quick activities: a few operations on the store each. */
export function createControlActivities(dependencies: {
  openStore: (url: string) => Promise<Store>;
  client: Client;
}): ControlActivities {
  const { openStore, client } = dependencies;
  return withCauses<ControlActivities>({
    openLineage: async (lineage) => openLineage(await openStore(lineage.store), lineage),
    prepare: async (unit) => prepare(await openStore(unit.store), unit),
    checkpoint: async (unit) => commitTrained(await openStore(unit.store), unit),
    isSpent: async (sweep) => isSpent(await openStore(sweep.store), sweep),
    report: async (sweep) => reportSweep(await openStore(sweep.store), sweep),
    findRunning: (lineages) =>
      Promise.all(
        lineages.map(async ({ workflowId, lineage }) => ({
          lineage,
          running: await isRunning(client, workflowId),
        })),
      ),
  });
}

async function prepare(store: Store, unit: Unit): Promise<void> {
  const plan = await readPlan(store, unit.plan);
  const lineage = lineageAt(plan, unit.lineage);
  if (unit.block === null) await provideHeldOut(store, plan, lineage);
  else await provideTraining(store, plan, { lineage, block: unit.block });
}

async function commitTrained(store: Store, unit: Unit & { attempt: number | null }): Promise<void> {
  const plan = await readPlan(store, unit.plan);
  const key = lineageAt(plan, unit.lineage).blocks[unit.block ?? -1] ?? '';
  if (unit.attempt !== null) {
    const outcome = await readOutcome(store, key, unit.attempt);
    if (outcome?.result !== 'done')
      throw new CausedError('internal', `attempt ${unit.attempt} on block ${key} has no result`);
    await commitBlock(store, outcome.manifest);
  }
  await cleanPartials(store, key);
}
