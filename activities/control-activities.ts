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
import { cellsOf, lineageAt, treeOf, weightsOf } from '../plan/cells.ts';
import { readOutcome } from '../store/attempt-history.ts';
import { type Block, commitBlock, findDamage, inspectBlock } from '../store/blocks.ts';
import { cleanPartials } from '../store/partials.ts';
import type { Store } from '../store/store.ts';
import { type Cell, cellsOn, hasScore } from './cells.ts';
import { withCauses } from './failures.ts';
import { isSpent } from './spending.ts';
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
    isSpent: async (sweep) => isSpent(await openStore(sweep.store), sweep),
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
  const open = async (block: number | null, found: Block | null): Promise<OpenedCheckpoint> => {
    const cells = cellsOn(found?.sha256 ?? null, cellsOf(plan, lineage, block));
    const isThere = found !== null || weightsOf(plan, lineage, block) === null;
    const scored = isThere && (await haveScores(store, cells));
    return { cells: cells.length, scored };
  };
  const stretch: OpenedLineage['stretch'] = [];
  const lacking = new Set<number | null>();
  for (const [offset, { name, parent }] of blocks.slice(of.from, of.from + STRETCH).entries()) {
    const block = of.from + offset;
    // A parent that is computed again may come out differently: whether its children still fit shows only then.
    const key = lacking.has(parent) ? undefined : lineage.blocks[block];
    const found = key === undefined ? null : await findReusable(store, key);
    if (!found) lacking.add(block);
    stretch.push({
      domain: name,
      parent,
      committed: found !== null,
      ...(await open(block, found)),
    });
  }
  const key = weightsOf(plan, lineage, null);
  const base = key === null ? null : await findReusable(store, key);
  return { blocks: blocks.length, base: await open(null, base), stretch };
}

async function haveScores(store: Store, cells: Cell[]): Promise<boolean> {
  const scored = await Promise.all(cells.map((cell) => hasScore(store, cell)));
  return scored.every(Boolean);
}

/** A committed block is read in full before it is used again; what is damaged is recorded and computed again. */
async function findReusable(store: Store, key: string): Promise<Block | null> {
  const found = await inspectBlock(store, key);
  const isWhole = found.state === 'intact' && (await findDamage(store, key)).length === 0;
  return isWhole ? found.block : null;
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
