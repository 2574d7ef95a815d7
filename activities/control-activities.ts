import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import {
  type ControlActivities,
  type LineageStatus,
  type OpenedCheckpoint,
  type OpenedLineage,
  STRETCH,
  type Unit,
} from '../contract/activities.ts';
import { CausedError } from '../contract/causes.ts';
import { cellsOf, lineageAt, type PlannedCell, treeOf } from '../plan/cells.ts';
import { readOutcome } from '../store/attempt-history.ts';
import { commitBlock, findDamage, inspectBlock } from '../store/blocks.ts';
import { cleanPartials } from '../store/partials.ts';
import type { Store } from '../store/store.ts';
import { hasScore } from './cells.ts';
import { withCauses } from './failures.ts';
import { readPlan } from './plans.ts';
import { provideHeldOut, provideTraining } from './provide-data.ts';
import { reportSweep } from './report-sweep.ts';

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
    report: async (sweep) => reportSweep(await openStore(sweep.store), sweep),
    findRunning: (lineages) => Promise.all(lineages.map((one) => askWhetherRunning(client, one))),
  });
}

async function openLineage(
  store: Store,
  of: Omit<Unit, 'block'> & { from: number },
): Promise<OpenedLineage> {
  const plan = await readPlan(store, of.plan);
  const lineage = lineageAt(plan, of.lineage);
  const { blocks } = treeOf(plan, lineage);
  const open = async (block: number | null, committed: boolean): Promise<OpenedCheckpoint> => {
    const cells = cellsOf(plan, lineage, block);
    const scored = committed && (await haveScores(store, cells));
    return { cells: cells.length, scored };
  };
  const stretch: OpenedLineage['stretch'] = [];
  for (const [offset, { name, parent }] of blocks.slice(of.from, of.from + STRETCH).entries()) {
    const block = of.from + offset;
    const committed = await isReusable(store, lineage.blocks[block] ?? '');
    stretch.push({ domain: name, parent, committed, ...(await open(block, committed)) });
  }
  return { blocks: blocks.length, base: await open(null, true), stretch };
}

async function haveScores(store: Store, cells: PlannedCell[]): Promise<boolean> {
  const scored = await Promise.all(cells.map((cell) => hasScore(store, cell.score)));
  return scored.every(Boolean);
}

/** A committed block is read in full before it is used again; what is damaged is recorded and computed again. */
async function isReusable(store: Store, key: string): Promise<boolean> {
  const { state } = await inspectBlock(store, key);
  return state === 'intact' && (await findDamage(store, key)).length === 0;
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

async function askWhetherRunning(
  client: Client,
  asked: { workflowId: string; lineage: number },
): Promise<LineageStatus> {
  const { workflowId, lineage } = asked;
  const running = await client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      ({ status }) => status.name === 'RUNNING',
      (error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      },
    );
  return { lineage, running };
}
