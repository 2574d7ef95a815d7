import { utf8ToBytes } from '@noble/hashes/utils.js';
import { CausedError } from '../contract/causes.ts';
import { canonicalJson } from '../contract/digest.ts';
import type { CustomRender } from '../data/conditions.ts';
import { type DataFile, renderTools } from '../data/data-file.ts';
import { type HeldOutFiles, renderHeldOut } from '../data/held-out.ts';
import { openSuite } from '../data/open-suite.ts';
import type { Suite } from '../data/suite.ts';
import { renderTraining } from '../data/training.ts';
import { pathTo, trainingOf, treeOf } from '../plan/cells.ts';
import { type Plan, PLAN_FORMAT, type PlannedLineage } from '../plan/plan.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import type { Condition } from '../spec/sweep.ts';
import { planPath } from '../store/layout.ts';
import { createRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { loadCustomRender } from './custom-render.ts';

/** Plans and suites are immutable by digest; a worker rarely serves more than a few at once. */
const KEPT = 8;

const plans = new Map<string, Promise<Plan>>();
const suites = new Map<string, Promise<Suite>>();
const scripts = new Map<string, Promise<CustomRender>>();

/** The plan as stored: its digest is its name. */
export function readPlan(store: Store, digest: string): Promise<Plan> {
  return remember(plans, `${store.url} ${digest}`, async () => {
    const bytes = await store.readBlob(digest);
    const plan = JSON.parse(new TextDecoder().decode(bytes)) as Plan;
    if (plan.format === PLAN_FORMAT) return plan;
    throw new CausedError(
      'configuration',
      'the sweep was planned by another version of Ratchet: run its sweep file again, which finds all that it has in common',
    );
  });
}

/** Stores a plan, notes that the sweep has it, so that nothing it needs is garbage, and returns its digest. */
export async function writePlan(store: Store, plan: Plan): Promise<string> {
  const { sha256 } = await store.putBlob(utf8ToBytes(canonicalJson(plan)));
  const record = { format: 1, sweep: plan.sweep, plan: sha256 };
  await createRecord(store, planPath(plan.sweep, sha256), record);
  return sha256;
}

/** Opens the plan's suite over the source files that were stored with it, and checks that it is the planned one. */
export function openPlannedSuite(store: Store, plan: Plan): Promise<Suite> {
  return remember(suites, plan.suite.digest, async () => {
    const sources = await Promise.all(
      plan.suite.files.map(async ({ name, sha256 }) => ({
        name,
        bytes: await store.readBlob(sha256),
      })),
    );
    const suite = openSuite(plan.spec.suite, sources);
    if (suite.digest !== plan.suite.digest)
      throw new CausedError(
        'data',
        'this version of Ratchet reads the suite differently than the plan',
      );
    return suite;
  });
}

/** The data of one block of a lineage, as planned. */
export async function renderPlannedTraining(
  store: Store,
  plan: Plan,
  of: { lineage: PlannedLineage; block: number },
): Promise<DataFile> {
  const rendering = await planRendering(store, plan, of.lineage);
  return renderBlock(await openPlannedSuite(store, plan), plan, { ...of, ...rendering });
}

export function renderBlock(
  suite: Suite,
  plan: Plan,
  of: { lineage: PlannedLineage; block: number } & PlannedRendering,
): DataFile {
  const { lineage, block, condition, custom } = of;
  const path = pathTo(treeOf(plan, lineage), block).map(({ domains }) => domains);
  const planned = trainingOf(plan, lineage, block);
  const take = condition.matchTokens === null ? undefined : planned.examples;
  return renderTraining(suite, {
    condition,
    custom,
    seeds: streamsOf(plan.spec, lineage.seed),
    path,
    take,
  });
}

export async function renderPlannedHeldOut(
  store: Store,
  plan: Plan,
  of: { lineage: PlannedLineage; domain: string },
): Promise<HeldOutFiles> {
  const { lineage, domain } = of;
  const rendering = await planRendering(store, plan, lineage);
  const { limit } = plan.spec.evaluate;
  const suite = await openPlannedSuite(store, plan);
  const seeds = streamsOf(plan.spec, lineage.seed);
  return renderHeldOut(suite, { ...rendering, seeds, domain, limit });
}

export interface PlannedRendering {
  condition: Condition;
  custom: CustomRender | undefined;
}

export function conditionOf(plan: Plan, lineage: PlannedLineage): Condition {
  const condition = plan.spec.conditions.find(({ name }) => name === lineage.condition);
  if (condition) return condition;
  throw new CausedError('data', `the plan has no condition ${lineage.condition}`);
}

/** A lineage's condition, with its own function where it has one. */
async function planRendering(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
): Promise<PlannedRendering> {
  const condition = conditionOf(plan, lineage);
  const script = plan.scripts.find(({ name }) => name === condition.render);
  if (!script) return { condition, custom: undefined };
  const { name, sha256 } = script;
  const custom = await remember(scripts, sha256, async () =>
    loadCustomRender(name, new TextDecoder().decode(await store.readBlob(sha256))),
  );
  return { condition, custom };
}

export async function renderPlannedTools(store: Store, plan: Plan): Promise<Uint8Array> {
  return renderTools(await openPlannedSuite(store, plan));
}

function remember<T>(
  cache: Map<string, Promise<T>>,
  name: string,
  make: () => Promise<T>,
): Promise<T> {
  const known = cache.get(name);
  if (known) return known;
  const made = make();
  cache.set(name, made);
  made.catch(() => cache.delete(name));
  const oldest = cache.keys().next();
  if (cache.size > KEPT && !oldest.done) cache.delete(oldest.value);
  return made;
}
