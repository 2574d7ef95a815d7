import { utf8ToBytes } from '@noble/hashes/utils.js';
import { CausedError } from '../contract/causes.ts';
import { canonicalJson } from '../contract/digest.ts';
import { renderDataset, renderTools, type Dataset } from '../data/datasets.ts';
import { openSuite } from '../data/open-suite.ts';
import type { Suite } from '../data/suite.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import type { Store } from '../store/store.ts';

/** Plans and suites are immutable by digest; a worker rarely serves more than a few at once. */
const KEPT = 8;

const plans = new Map<string, Promise<Plan>>();
const suites = new Map<string, Promise<Suite>>();

/** The plan as stored: its digest is its name. */
export function readPlan(store: Store, digest: string): Promise<Plan> {
  return remember(plans, `${store.url} ${digest}`, async () => {
    const bytes = await store.readBlob(digest);
    return JSON.parse(new TextDecoder().decode(bytes)) as Plan;
  });
}

/** Stores a plan and returns its digest. */
export async function writePlan(store: Store, plan: Plan): Promise<string> {
  return (await store.putBlob(utf8ToBytes(canonicalJson(plan)))).sha256;
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

/** Renders one domain of a lineage and checks every file against the plan. */
export async function renderPlanned(
  store: Store,
  plan: Plan,
  of: { lineage: PlannedLineage; domain: string },
): Promise<Dataset> {
  const rendering = plan.spec.conditions.find(({ name }) => name === of.lineage.condition);
  if (!rendering)
    throw new CausedError('data', `the plan has no condition ${of.lineage.condition}`);
  const suite = await openPlannedSuite(store, plan);
  return renderDataset(suite, { seed: of.lineage.seed, rendering, domain: of.domain });
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
