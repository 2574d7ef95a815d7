import type { Command } from 'commander';
import { collectGarbage, GRACE, LEAST_GRACE } from '../store/collect-garbage.ts';
import { openStore } from '../store/open-store.ts';
import type { StoredObject } from '../store/store.ts';
import { sumByKind } from '../store/usage.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { formatBytes, print, printJson, say, table } from './output.ts';
import { STORE_ARGUMENT, storeUrl } from './store-url.ts';

const HOUR = 60 * 60 * 1000;

/** The verbs about a store's size. */
export function addSpace(command: Command): void {
  command
    .command('du')
    .description('how much of a store is what')
    .argument(...STORE_ARGUMENT)
    .option('--json', 'one JSON object')
    .action(async (where: string | undefined, options: { json?: boolean }) => {
      const store = await openStore(storeUrl(where));
      const objects = await store.measure('');
      if (options.json) return printJson({ store: store.url, usage: sumByKind(objects) });
      print(renderUsage(objects));
      return say(`${store.url}: ${describe(objects)}`);
    });
  command
    .command('gc')
    .description('what nothing needs any more: told, and with --delete removed')
    .argument(...STORE_ARGUMENT)
    .option('--delete', 'remove it')
    .option('--grace <hours>', 'leave alone what is younger', String(GRACE / HOUR))
    .option('--json', 'one JSON object')
    .action(collect);
}

async function collect(
  where: string | undefined,
  options: { delete?: boolean; grace: string; json?: boolean },
): Promise<void> {
  const grace = Number(options.grace) * HOUR;
  if (!(grace >= LEAST_GRACE && grace < Infinity)) {
    const expected = `expected a number of hours, ${LEAST_GRACE / HOUR} or more`;
    throw new CliError(EXIT.usage, `--grace: ${expected}, found "${options.grace}"`);
  }
  const store = await openStore(storeUrl(where));
  const remove = options.delete ?? false;
  const { garbage, unfinished } = await collectGarbage(store, { grace, now: Date.now(), remove });
  if (options.json) return printJson({ store: store.url, removed: remove, garbage, unfinished });
  if (garbage.length > 0) print(renderUsage(garbage));
  const left = unfinished.length > 0 ? ` and ${unfinished.length} unfinished uploads` : '';
  const what = `${describe(garbage)}${left}`;
  if (remove) return say(`${store.url}: removed ${what}`);
  say(`${store.url}: ${what} could be removed; nothing was`);
  if (garbage.length + unfinished.length > 0) say('remove it with: ratchet store gc --delete');
}

function renderUsage(objects: StoredObject[]): string {
  return table(
    ['KIND', 'OBJECTS', 'BYTES'],
    sumByKind(objects).map(({ kind, objects: count, bytes }) => [
      kind,
      String(count),
      formatBytes(bytes),
    ]),
  );
}

function describe(objects: StoredObject[]): string {
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  return `${objects.length} objects, ${formatBytes(bytes)}`;
}
