import type { Command } from 'commander';
import { openStore } from '../store/open-store.ts';
import type { StoredObject } from '../store/store.ts';
import { sumByKind } from '../store/usage.ts';
import { formatBytes, print, printJson, say, table } from './output.ts';
import { STORE_ARGUMENT, storeUrl } from './store-url.ts';

export function addUsage(command: Command): void {
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
      return say(`${store.url}: ${describeSize(objects)}`);
    });
}

export function renderUsage(objects: StoredObject[]): string {
  return table(
    ['KIND', 'OBJECTS', 'BYTES'],
    sumByKind(objects).map(({ kind, objects: count, bytes }) => [
      kind,
      String(count),
      formatBytes(bytes),
    ]),
  );
}

export function describeSize(objects: StoredObject[]): string {
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  return `${objects.length} objects, ${formatBytes(bytes)}`;
}
