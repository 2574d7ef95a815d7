import type { Command } from 'commander';
import { RETENTIONS, type Retention } from '../activities/find-prunable.ts';
import { listPrunable, pruneCheckpoints } from '../activities/prune-checkpoints.ts';
import { collectGarbage, GRACE, LEAST_GRACE } from '../store/collect-garbage.ts';
import { openStore } from '../store/open-store.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { print, printJson, say } from './output.ts';
import { describeSize, renderUsage } from './store-usage.ts';
import { STORE_ARGUMENT, storeUrl } from './store-url.ts';

const HOUR = 60 * 60 * 1000;

interface GcOptions {
  delete?: boolean;
  keep: string;
  grace: string;
  json?: boolean;
}

export function addGc(command: Command): void {
  command
    .command('gc')
    .description('what nothing needs any more: told, and with --delete removed')
    .argument(...STORE_ARGUMENT)
    .option('--delete', 'remove it')
    .option(
      '--keep <which>',
      'checkpoints of finished runs: all, or last, best, or last,best; the others are pruned, with their scores kept',
      'all',
    )
    .option('--grace <hours>', 'leave alone what is younger', String(GRACE / HOUR))
    .option('--json', 'one JSON object')
    .action(collect);
}

async function collect(where: string | undefined, options: GcOptions): Promise<void> {
  const { json } = options;
  const keep = parseKeep(options.keep);
  const grace = parseGrace(options.grace);
  const store = await openStore(storeUrl(where));
  const remove = options.delete ?? false;
  const now = Date.now();
  const collectWith = (pruned: string[], really: boolean) =>
    collectGarbage(store, { grace, now, remove: really, pruned: new Set(pruned) });
  // Nothing is given up where nothing could be collected after all.
  if (keep && remove) await collectWith([], false);
  const prune = remove ? pruneCheckpoints : listPrunable;
  const pruned = keep ? await prune(store, keep, now - grace) : [];
  const { garbage, unfinished } = await collectWith(pruned, remove);
  if (json) return printJson({ store: store.url, removed: remove, pruned, garbage, unfinished });
  if (garbage.length > 0) print(renderUsage(garbage));
  const found = [
    describeSize(garbage),
    ...(keep ? [`the checkpoints of ${pruned.length} blocks among them`] : []),
    ...(unfinished.length > 0 ? [`and ${unfinished.length} unfinished uploads`] : []),
  ].join(', ');
  if (remove) return say(`${store.url}: removed ${found}`);
  say(`${store.url}: ${found} could be removed; nothing was`);
  if (garbage.length + unfinished.length > 0) say('remove it with: --delete');
}

/** Null: the checkpoint of every block. */
function parseKeep(text: string): ReadonlySet<Retention> | null {
  if (text === 'all') return null;
  const names = text.split(',');
  const known = RETENTIONS.filter((name) => names.includes(name));
  if (known.length === names.length) return new Set(known);
  const expected = `expected all, ${RETENTIONS.join(', ')}, or ${RETENTIONS.join(',')}`;
  throw new CliError(EXIT.usage, `--keep: ${expected}, found "${text}"`);
}

function parseGrace(text: string): number {
  const grace = Number(text) * HOUR;
  if (grace >= LEAST_GRACE && grace < Infinity) return grace;
  const expected = `expected a number of hours, ${LEAST_GRACE / HOUR} or more`;
  throw new CliError(EXIT.usage, `--grace: ${expected}, found "${text}"`);
}
