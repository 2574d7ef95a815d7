import { canonicalJson } from '../contract/digest.ts';
import type { CountEvent } from '../contract/trainer-events.ts';
import type { Compute, CountWork } from './compute.ts';

/** A file to count, and the hyperparameters under which. */
export type GroupedFile = CountWork['data'][number] & Pick<CountWork, 'hyperparameters'>;

/** Counts files that are read under different hyperparameters: the trainer is started once for all that have the same. */
export async function countGrouped(
  compute: Pick<Compute, 'count'>,
  work: Omit<CountWork, 'data' | 'hyperparameters'>,
  files: readonly GroupedFile[],
): Promise<CountEvent[]> {
  const groups = new Map<string, Pick<CountWork, 'data' | 'hyperparameters'>>();
  for (const { name, bytes, hyperparameters } of files) {
    const settings = canonicalJson(hyperparameters);
    const group = groups.get(settings) ?? { hyperparameters, data: [] };
    groups.set(settings, group);
    group.data.push({ name, bytes });
  }
  const counts: CountEvent[] = [];
  for (const group of groups.values())
    counts.push(...(await compute.count({ ...work, ...group }, new AbortController().signal)));
  return counts;
}
