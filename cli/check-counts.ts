import type { Compute } from '../compute/compute.ts';
import { describeUnexpected, findUnexpected } from '../plan/unexpected-counts.ts';
import type { Store } from '../store/store.ts';
import { countBlocks } from './count-tokens.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { LoadedSweep } from './load-sweep.ts';

/** Refuses a sweep whose training data the trainer counts otherwise than its file expects: before anything of it begins. */
export async function checkCounts(
  store: Store,
  compute: Compute,
  loaded: LoadedSweep,
): Promise<void> {
  const { plan } = loaded;
  const { expect } = plan.spec;
  if (!expect) return;
  const conditions = new Set(Object.values(expect).flatMap((counts) => Object.keys(counts ?? {})));
  const lineages = plan.lineages.filter(({ condition }) => conditions.has(condition));
  const blocks = await countBlocks(store, compute, loaded, lineages);
  const unexpected = blocks.flatMap((counted) => findUnexpected(plan, counted));
  if (unexpected.length > 0) throw new CliError(EXIT.data, describeUnexpected(unexpected));
}
