import { inspectBlock, findDamagedFiles } from '../store/blocks.ts';
import { openStore } from '../store/open-store.ts';
import { prunedError } from '../store/prune.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { LoadedSweep } from './load-sweep.ts';
import { findBlock, openSweep } from './open-sweep.ts';
import { say } from './output.ts';

const KEY = /^[0-9a-f]{64}$/;

/** The key of the block to start from: given itself, or as `condition/seed/domain` of a sweep of this home. */
export async function findForkPoint(block: string, sweep: string | undefined): Promise<string> {
  if (KEY.test(block)) return block;
  const { plan } = await openSweep(sweep);
  const { key } = findBlock(plan, block);
  say(`starts from ${block} of ${plan.sweep}, block ${key.slice(0, 12)}`);
  return key;
}

/** Throws a `CliError` unless the block that a sweep starts from stands whole in its store. */
export async function checkForkPoint({ sweep, plan, store: url }: LoadedSweep): Promise<void> {
  if (!sweep.base) return;
  const key = sweep.base.block;
  const store = await openStore(url);
  const found = await inspectBlock(store, key);
  if (found.state === 'absent')
    throw new CliError(
      EXIT.notFound,
      `block ${key}, which the sweep starts from, is not in ${store.url}: run the sweep that trains it there, or ratchet import it`,
    );
  if (found.state === 'pruned') throw new CliError(EXIT.notFound, prunedError(store, key).message);
  const reasons =
    found.state === 'damaged' ? found.reasons : await findDamagedFiles(store, found.block.manifest);
  if (reasons.length > 0)
    throw new CliError(
      EXIT.environment,
      `block ${key}, which the sweep starts from, is damaged in ${store.url}: ${reasons.join('; ')}: run the sweep that trained it again, which computes it anew`,
    );
  const { trainer } = found.block?.manifest ?? {};
  if (trainer !== plan.trainer.identity)
    say(
      `block ${key.slice(0, 12)} was trained by ${trainer?.slice(0, 12)}, and this sweep's trainer is ${plan.trainer.identity.slice(0, 12)}: it has to be able to read its weights`,
    );
}
