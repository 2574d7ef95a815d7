import { readPlan } from '../activities/plans.ts';
import type { Difference } from '../plan/differences.ts';
import type { Explanation, Sign } from '../plan/explain.ts';
import type { Plan } from '../plan/plan.ts';
import { openStore } from '../store/open-store.ts';
import { StoreError } from '../store/store.ts';
import type { Home } from '../worker/home.ts';
import { listSweeps } from './catalog.ts';
import { pc } from './colors.ts';

/** Sweeps to compare with, at most: reading a plan of thousands of blocks takes a moment. */
const MOST_PLANS = 20;

/** Plans of this home's other sweeps: those of the same name first, then the latest. What cannot be read is left out. */
export async function readEarlierPlans(home: Home, plan: Plan): Promise<Plan[]> {
  const entries = (await listSweeps(home)).filter(({ sweep }) => sweep !== plan.sweep);
  const isNamesake = ({ sweep }: { sweep: string }): boolean =>
    sweep.slice(0, sweep.lastIndexOf('-')) === plan.spec.name;
  const ranked = [...entries.filter(isNamesake), ...entries.filter((one) => !isNamesake(one))];
  const plans = await Promise.all(
    ranked.slice(0, MOST_PLANS).map(async (entry) => {
      try {
        return [await readPlan(await openStore(entry.store), entry.plan)];
      } catch (error) {
        if (error instanceof StoreError) return [];
        throw error;
      }
    }),
  );
  return plans.flat().filter(({ format }) => format === plan.format);
}

const PAINTS: Record<Sign, (text: string) => string> = {
  '!': pc.red,
  '+': pc.green,
  '~': pc.cyan,
  '=': pc.dim,
};

/** Each group with where its blocks are, and what differs there. */
export function drawExplanations(explanations: readonly Explanation[]): string {
  return explanations
    .flatMap((one) => [
      `  ${PAINTS[one.sign](`${one.sign} ${one.blocks} block${one.blocks === 1 ? '' : 's'}`)} ${describeWhy(one)}`,
      pc.dim(`      ${describePlaces(one)}`),
      ...one.differences.map((difference) => `      ${describeDifference(difference)}`),
    ])
    .join('\n');
}

function describeWhy({ why, comparedWith }: Explanation): string {
  return comparedWith === null ? why : `${why}, compared with ${comparedWith}`;
}

function describePlaces({ conditions, seeds, domains }: Explanation): string {
  const seed = `seed${seeds.length === 1 ? '' : 's'} ${joinRanges(seeds)}`;
  return [conditions.join(', '), seed, domains.join(', ')].join(' · ');
}

function describeDifference({ what, before, after }: Difference): string {
  return `${pc.bold(what)} ${before ?? 'none'} → ${after ?? 'none'}`;
}

/** `1-6, 9` */
function joinRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const one of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === one - 1) last[1] = one;
    else ranges.push([one, one]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}
