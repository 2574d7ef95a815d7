import {
  type Cell,
  parseJsonLines,
  readPredictions,
  readScore,
  standingCells,
} from '../activities/cells.ts';
import { formatCalls } from '../contract/call-text.ts';
import type { Gold, Message, Prompt } from '../contract/dialogue.ts';
import { type ExampleScore, OUTCOMES } from '../contract/scores.ts';
import { nameAnswer } from '../metrics/verdicts.ts';
import { splitMessages } from '../data/examples/pieces.ts';
import { checkpointsOf, treeOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { choose } from './choose.ts';
import { nameCheckpoint, type OpenedSweep } from './open-sweep.ts';

/** Which cells; what is left out means all, of checkpoints the last of every order. */
export interface CellChoice {
  conditions?: string[] | undefined;
  seeds?: number[] | undefined;
  domains?: string[] | undefined;
  /** `base`, a domain or, where orders differ, domains joined by `>`. */
  after?: string | undefined;
}

/** One stored prediction with what it is held against. */
export interface ListedPrediction extends ExampleScore {
  condition: string;
  seed: number;
  /** The checkpoint that predicted, and its place among those chosen of its lineage: that of its order. */
  after: string;
  order: number;
  domain: string;
  /** What was said last. */
  promptEnd: { role: string; text: string };
  gold: string;
  prediction: string;
  /** Digest of the gold file: seeds with the same held-out side share it. */
  goldFile: string;
}

/** From the store alone, worst outcomes first; cells that have no scored predictions yet are left out. */
export async function listPredictions(
  { store, plan }: Pick<OpenedSweep, 'store' | 'plan'>,
  choice: CellChoice,
): Promise<ListedPrediction[]> {
  const listed: ListedPrediction[] = [];
  for (const lineage of plan.lineages) {
    const { condition, seed } = lineage;
    if (!isChosen(choice.conditions, condition) || !isChosen(choice.seeds, seed)) continue;
    for (const [order, block] of chooseCheckpoints(plan, lineage, choice.after).entries()) {
      const after = nameCheckpoint(treeOf(plan, lineage), block);
      for (const cell of await standingCells(store, plan, lineage, block)) {
        if (!isChosen(choice.domains, cell.domain)) continue;
        const examples = await readCell(store, cell);
        listed.push(...examples.map((example) => ({ condition, seed, after, order, ...example })));
      }
    }
  }
  const rank = ({ outcome }: ListedPrediction): number => OUTCOMES.indexOf(outcome);
  return listed.toSorted((a, b) => rank(b) - rank(a));
}

function isChosen<T>(chosen: T[] | undefined, one: T): boolean {
  return chosen === undefined || chosen.includes(one);
}

/** The last of every order, unless one is named. */
function chooseCheckpoints(
  plan: Plan,
  lineage: PlannedLineage,
  after: string | undefined,
): (number | null)[] {
  const tree = treeOf(plan, lineage);
  if (after === undefined) return [...new Set(tree.orders.map((path) => path.at(-1) ?? null))];
  const named = new Map(
    checkpointsOf(lineage).map((block) => [nameCheckpoint(tree, block), block] as const),
  );
  const name = choose(`checkpoint of ${lineage.condition}`, after, [...named.keys()]);
  return [named.get(name) ?? null];
}

type CellPrediction = Omit<ListedPrediction, 'condition' | 'seed' | 'after' | 'order'>;

async function readCell(store: Store, cell: Cell): Promise<CellPrediction[]> {
  const { domain, data } = cell;
  const score = await unlessDamaged(readScore(store, cell));
  const predicted = await unlessDamaged(readPredictions(store, cell));
  if (!score || !predicted) return [];
  const texts = new Map(predicted.predictions.map((one) => [nameAnswer(one), one.text]));
  const prompts = await readById<Prompt>(store, data.prompts.sha256);
  const golds = await readById<Gold>(store, data.gold.sha256);
  return score.examples.map((example) => ({
    domain,
    ...example,
    promptEnd: endOf(prompts.get(example.id)?.messages ?? []),
    gold: formatCalls(golds.get(example.id)?.target ?? []),
    prediction: texts.get(nameAnswer(example)) ?? '',
    goldFile: data.gold.sha256,
  }));
}

async function readById<T extends { id: string }>(
  store: Store,
  sha256: string,
): Promise<Map<string, T>> {
  const lines = parseJsonLines<T>(await store.readBlob(sha256));
  return new Map(lines.map((one) => [one.id, one]));
}

function endOf(messages: readonly Message[]): ListedPrediction['promptEnd'] {
  const { role = 'system', text = '' } = splitMessages(messages).at(-1) ?? {};
  return { role, text };
}
