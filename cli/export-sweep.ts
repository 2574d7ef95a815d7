import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { listSweepObjects } from '../activities/sweep-objects.ts';
import { copyBlobs, copyObjects } from '../store/copy-objects.ts';
import { openStore } from '../store/open-store.ts';
import { type Store, StoreError } from '../store/store.ts';
import { makeEmpty } from './empty-folder.ts';
import { type ExportIndex, exportedStoreUrl, exportIndexFile } from './exported-sweep.ts';
import { openSweep } from './open-sweep.ts';
import { printJson, say } from './output.ts';
import { inScratchFolder } from './scratch-folder.ts';

interface ExportSweepOptions {
  output: string;
  weights: boolean;
  json?: boolean;
}

export function addExportSweep(command: Command): void {
  command
    .command('sweep')
    .description('everything that a sweep consists of, for another home: ratchet import')
    .argument('[sweep]', 'id or its beginning; default: the latest')
    .requiredOption('--output <folder>', 'an empty or new folder')
    .option('--no-weights', 'leave the weights of blocks out: enough for reports and predictions')
    .option('--json', 'one JSON object')
    .action(async (wanted: string | undefined, options: ExportSweepOptions) => {
      const { entry, store, plan } = await openSweep(wanted);
      const { output } = options;
      await makeEmpty(output);
      const of = { plan, digest: entry.plan };
      const objects = await listSweepObjects(store, of, options.weights);
      const { blobs, records, reports, pruned } = objects;
      const weights = options.weights && pruned === 0;
      const to = await openStore(exportedStoreUrl(output));
      await inScratchFolder((folder) => copyBlobs(store, to, blobs, folder));
      await copyObjects(store, to, [...records, ...reports]);
      const index: ExportIndex = {
        format: 'ratchet/export/1',
        sweep: plan.sweep,
        plan: entry.plan,
        file: basename(entry.file),
        weights,
        blobs,
        records: await digestAll(to, records),
        reports: await digestAll(to, reports),
      };
      // Last: without it the folder is no export.
      await writeFile(exportIndexFile(output), `${JSON.stringify(index, null, 1)}\n`);
      const counts = { blobs: blobs.length, records: records.length, reports: reports.length };
      if (options.json) return printJson({ sweep: plan.sweep, output, weights, ...counts });
      if (pruned > 0) say(`the weights of ${pruned} blocks are left out: they were pruned`);
      return say(
        `${plan.sweep}: ${counts.blobs} blobs, ${counts.records} records and ${counts.reports} files of its report written to ${output}`,
      );
    });
}

async function digestAll(store: Store, paths: readonly string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const path of paths) {
    const found = await store.digest(path);
    if (!found) throw new StoreError('missing', `${path} is not in ${store.url}`);
    digests[path] = found.sha256;
  }
  return digests;
}
