import { formatCalls } from '../contract/call-text.ts';
import type { Gold, Prompt } from '../contract/dialogue.ts';
import type { ReferenceCounts, WorldReplay } from '../contract/references.ts';
import { answerMostFrequent, answerUntrained } from '../data/baselines.ts';
import { isCopyable, stratifyExamples } from '../data/strata.ts';
import type { Suite } from '../data/suite.ts';
import type { GatheredSweep } from '../metrics/gathered-sweep.ts';
import { countAnswers, countWhere } from '../metrics/cell-counts.ts';
import type { StrataByDomain } from '../metrics/strata.ts';
import { scoreCell } from '../metrics/verdicts.ts';
import { heldOutOf } from '../plan/cells.ts';
import type { HeldOutData, Plan, PlannedLineage } from '../plan/plan.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { parseJsonLines } from './cells.ts';
import { openPlannedSuite, renderPlannedHeldOut } from './plans.ts';

/**
 * What scores are held against, on the very prompts that are asked and through the same scorer. Conditions and seeds that
 * share files share the work; seed by seed, for a suite may generate the examples of each.
 */
export async function gatherReferences(
  store: Store,
  plan: Plan,
): Promise<Pick<GatheredSweep, 'references' | 'strata'>> {
  const suite = await openPlannedSuite(store, plan);
  const known: Known = { counted: new Map(), executed: new Map() };
  const strata = new Map<number, StrataByDomain>();
  const references: ReferenceCounts[] = [];
  const dataOf = (seed: number): number => streamsOf(plan.spec, seed).data;
  const variantOf = (seed: number): number => suite.variant(dataOf(seed));
  for (const seed of plan.spec.seeds) {
    const twin = [...strata.keys()].find((other) => variantOf(other) === variantOf(seed));
    const shared = twin === undefined ? undefined : strata.get(twin);
    strata.set(seed, shared ?? stratifySeed(suite, plan.spec.stream.domains, dataOf(seed)));
    for (const lineage of plan.lineages.filter((one) => one.seed === seed))
      references.push(...(await gatherLineage(store, plan, { lineage, suite, known })));
  }
  return { references, strata };
}

/** What is known already: counts by domain, split and prompts, executions by domain and split. Filled on the way. */
interface Known {
  counted: Map<string, ReferencesOfFile>;
  executed: Map<string, WorldReplay | null>;
}

async function gatherLineage(
  store: Store,
  plan: Plan,
  { lineage, suite, known }: { lineage: PlannedLineage; suite: Suite; known: Known },
): Promise<ReferenceCounts[]> {
  const { condition, seed } = lineage;
  const { data } = streamsOf(plan.spec, seed);
  const references: ReferenceCounts[] = [];
  for (const domain of plan.spec.stream.domains) {
    const split = JSON.stringify([domain, suite.variant(data)]);
    const file = `${split} ${heldOutOf(plan, lineage, domain).prompts.sha256}`;
    const counts =
      known.counted.get(file) ??
      countReferences(
        await readHeldOut(store, plan, { lineage, domain }),
        suite.examples(domain, data).train,
      );
    known.counted.set(file, counts);
    const executed = known.executed.get(split);
    const worldReplay =
      executed === undefined ? (suite.replayGold?.(domain, data) ?? null) : executed;
    known.executed.set(split, worldReplay);
    references.push({ condition, seed, domain, ...counts, worldReplay });
  }
  return references;
}

type ReferencesOfFile = Omit<ReferenceCounts, 'condition' | 'seed' | 'domain' | 'worldReplay'>;

interface HeldOut {
  prompts: Prompt[];
  gold: Gold[];
}

/** As stored for the trainer; else rendered again, to the same bytes. */
async function readHeldOut(
  store: Store,
  plan: Plan,
  of: { lineage: PlannedLineage; domain: string },
): Promise<HeldOut> {
  const files =
    (await readStored(store, heldOutOf(plan, of.lineage, of.domain))) ??
    (await renderAgain(store, plan, of));
  return { prompts: parseJsonLines(files.prompts), gold: parseJsonLines(files.gold) };
}

interface HeldOutBytes {
  prompts: Uint8Array;
  gold: Uint8Array;
}

async function renderAgain(
  store: Store,
  plan: Plan,
  of: { lineage: PlannedLineage; domain: string },
): Promise<HeldOutBytes> {
  const { prompts, gold } = await renderPlannedHeldOut(store, plan, of);
  return { prompts: prompts.bytes, gold: gold.bytes };
}

async function readStored(
  store: Store,
  { prompts, gold }: HeldOutData,
): Promise<HeldOutBytes | undefined> {
  if (!(await store.hasBlob(prompts.sha256)) || !(await store.hasBlob(gold.sha256)))
    return undefined;
  return unlessDamaged(
    Promise.all([store.readBlob(prompts.sha256), store.readBlob(gold.sha256)]).then(
      ([asked, wanted]) => ({ prompts: asked, gold: wanted }),
    ),
  );
}

/** @param train the training side of the domain, which the commonest answers are taken from */
function countReferences(
  { prompts, gold }: HeldOut,
  train: Parameters<typeof answerMostFrequent>[0],
): ReferencesOfFile {
  const commonest = answerMostFrequent(train);
  const targets = new Map(gold.map(({ id, target }) => [id, target]));
  const score = (answer: (prompt: Prompt) => string): ReferencesOfFile['untrained'] =>
    countAnswers(
      scoreCell(
        gold,
        prompts.map((prompt) => ({ id: prompt.id, text: answer(prompt) })),
      ),
    );
  return {
    examples: prompts.length,
    untrained: score(answerUntrained),
    majorityTarget: score(() => commonest.target),
    majorityNames: score(() => commonest.names),
    goldReplay: score(({ id }) => formatCalls(targets.get(id) ?? [])),
    copyable: countWhere(prompts, ({ id, messages }) =>
      isCopyable(targets.get(id) ?? [], messages),
    ),
  };
}

function stratifySeed(suite: Suite, domains: readonly string[], seed: number): StrataByDomain {
  const sides = domains.map((domain) => ({ domain, ...suite.examples(domain, seed) }));
  const train = sides.flatMap((side) => side.train);
  return new Map(
    sides.map(({ domain, heldOut }) => [
      domain,
      new Map(stratifyExamples(heldOut, train).map((example) => [example.id, example])),
    ]),
  );
}
