import { blockAt } from './cells.ts';
import { type Difference, findDifferences, TRAINING_DATA } from './differences.ts';
import { type BlockPlace, keyAt, listPlaces, namePlace } from './places.ts';
import type { Plan } from './plan.ts';
import type { Stored } from './preview.ts';

/** As in a preview: compute, go on from a checkpoint, stored; `!`: committed once, and damaged since. */
export type Sign = '+' | '~' | '=' | '!';

/** Blocks that are computed, or not, for the same reason. */
export interface Explanation {
  sign: Sign;
  blocks: number;
  conditions: string[];
  seeds: number[];
  domains: string[];
  /** In words. */
  why: string;
  /** What differs from the blocks at the same places of the sweep `comparedWith`. */
  differences: Difference[];
  comparedWith: string | null;
}

type Reason = Pick<Explanation, 'sign' | 'why' | 'differences' | 'comparedWith'>;
/**
 * Why each block is computed or not, in few groups; blocks that lineages share count once.
 *
 * @param earlier plans to compare with, the nearest first
 */
export function explainPlan(plan: Plan, stored: Stored, earlier: readonly Plan[]): Explanation[] {
  const known = new EarlierBlocks(earlier);
  const groups = new Map<string, Explanation>();
  const seen = new Set<string>();
  for (const place of listPlaces(plan)) {
    if (seen.has(keyAt(place))) continue;
    seen.add(keyAt(place));
    const reason = findReason(place, stored, known);
    const name = nameReason(reason);
    const empty = { ...reason, blocks: 0, conditions: [], seeds: [], domains: [] };
    groups.set(name, addTo(groups.get(name) ?? empty, reason, place));
  }
  const rank = ({ sign }: Explanation): number => '!+~='.indexOf(sign);
  return [...groups.values()].toSorted((a, b) => rank(a) - rank(b));
}

/** Equal for reasons that are one: how many examples there are differs from block to block. */
function nameReason({ sign, why, comparedWith, differences }: Reason): string {
  const alike = differences.map(({ what, before, after }) =>
    what === TRAINING_DATA ? [what] : [what, before, after],
  );
  return JSON.stringify([sign, why, comparedWith, alike]);
}

function addTo(group: Explanation, { differences }: Reason, place: BlockPlace): Explanation {
  const { condition, seed } = place.lineage;
  const domain = place.route.at(-1) ?? '';
  return {
    ...group,
    blocks: group.blocks + 1,
    conditions: [...new Set([...group.conditions, condition])],
    seeds: [...new Set([...group.seeds, seed])],
    domains: [...new Set([...group.domains, domain])],
    differences:
      group.blocks === 0
        ? differences
        : group.differences.map((sum, index) => addExamples(sum, differences[index])),
  };
}

/** Examples of all blocks of a group together. */
function addExamples(sum: Difference, one: Difference | undefined): Difference {
  if (sum.what !== TRAINING_DATA || !one) return sum;
  return { ...sum, before: add(sum.before, one.before), after: add(sum.after, one.after) };
}

function add(a: string | null, b: string | null): string {
  return `${Number.parseInt(a ?? '0', 10) + Number.parseInt(b ?? '0', 10)} examples`;
}

function findReason(place: BlockPlace, stored: Stored, known: EarlierBlocks): Reason {
  const key = keyAt(place);
  const alone = { differences: [], comparedWith: null };
  if (stored.blocks.has(key)) return { sign: '=', why: 'stored', ...alone };
  const damage = stored.damaged.get(key);
  if (damage !== undefined) return { sign: '!', why: `found damaged: ${damage}`, ...alone };
  if (stored.partial.has(key)) return { sign: '~', why: 'goes on from its checkpoint', ...alone };
  const before = known.find(place);
  if (!before) return { sign: '+', why: known.tellNew(place), ...alone };
  const differences = findDifferences(before, place);
  const isSame = differences.length === 0;
  const why = isSame ? tellParent(before, place, stored) : 'made from something else';
  return { sign: '+', why, differences, comparedWith: before.plan.sweep };
}

/** Why a block that is made from the same is not the same, or not there. */
function tellParent(before: BlockPlace, after: BlockPlace, stored: Stored): string {
  if (keyAt(before) === keyAt(after)) return 'planned before, and never finished';
  const { plan, lineage, block } = after;
  const { parent } = blockAt(plan, lineage, block);
  if (parent === null) return 'keyed in another way than before';
  return stored.blocks.has(keyAt({ lineage, block: parent }))
    ? 'follows another block than before'
    : 'follows a block that is computed';
}

/** The blocks of earlier plans by their places; of several at one place that of the nearest plan. */
class EarlierBlocks {
  private readonly places = new Map<string, BlockPlace>();
  private readonly conditions = new Set<string>();
  private readonly seeds = new Set<string>();

  constructor(plans: readonly Plan[]) {
    for (const place of plans.flatMap(listPlaces)) {
      const { condition, seed } = place.lineage;
      this.conditions.add(condition);
      this.seeds.add(`${condition}/${seed}`);
      if (!this.places.has(namePlace(place))) this.places.set(namePlace(place), place);
    }
  }

  find(place: BlockPlace): BlockPlace | undefined {
    return this.places.get(namePlace(place));
  }

  /** Of a place where nothing was. */
  tellNew({ lineage, route }: BlockPlace): string {
    const { condition, seed } = lineage;
    if (this.places.size === 0) return 'no earlier sweep in this home to compare with';
    if (!this.conditions.has(condition)) return `condition ${condition} is new`;
    if (!this.seeds.has(`${condition}/${seed}`)) return `seed ${seed} is new`;
    return `${route.join(' > ')} was not learned before`;
  }
}
