import type { Expected, ExpectedCount } from '../spec/expected-schema.ts';
import type { Condition, Sweep } from '../spec/sweep.ts';
import { blockAt } from './cells.ts';
import type { Plan, PlannedLineage } from './plan.ts';

export const COUNTED = ['examples', 'tokens', 'targetTokens'] as const;

/** A block of a lineage, and what a trainer counts in its training data. */
export interface CountedBlock {
  lineage: PlannedLineage;
  block: number;
  counts: Record<(typeof COUNTED)[number], number>;
}

/** `condition/seed/domain`. */
export function nameBlock(condition: string, seed: number, domain: string): string {
  return `${condition}/${seed}/${domain}`;
}

/** What is expected at one seed. */
export function countAt(count: ExpectedCount | undefined, seed: number): number | undefined {
  return typeof count === 'object' ? count[seed] : count;
}

/** The section of a sweep file that expects what was counted: one number where it is the same at every seed. */
export function expectCounted(plan: Plan, blocks: readonly CountedBlock[]): Expected {
  const { conditions, stream, seeds } = plan.spec;
  const counted = new Map(
    blocks.map(({ lineage, block, counts }) => {
      const domain = blockAt(plan, lineage, block).name;
      return [nameBlock(lineage.condition, lineage.seed, domain), counts] as const;
    }),
  );
  const names = conditions.filter((one) => hasOneCount(plan.spec, one)).map(({ name }) => name);
  return mapNames(COUNTED, (what) =>
    mapNames(names, (condition) =>
      mapNames(stream.domains, (domain) =>
        foldSeeds(
          seeds.flatMap((seed) => {
            const counts = counted.get(nameBlock(condition, seed, domain));
            return counts ? [[seed, counts[what]] as const] : [];
          }),
        ),
      ),
    ),
  );
}

/** Of a domain at a seed. Joint blocks teach several domains; what is replayed depends on those that came before. */
export function hasOneCount(
  { stream }: Pick<Sweep, 'stream'>,
  { strategy, replay }: Condition,
): boolean {
  return strategy === 'sequential' && (replay === 0 || stream.orders.length === 1);
}

function foldSeeds(bySeed: readonly (readonly [seed: number, count: number])[]): ExpectedCount {
  const [count, ...others] = new Set(bySeed.map(([, one]) => one));
  return count === undefined || others.length > 0 ? Object.fromEntries(bySeed) : count;
}

function mapNames<Name extends string, T>(
  names: readonly Name[],
  map: (name: Name) => T,
): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, map(name)])) as Record<Name, T>;
}
