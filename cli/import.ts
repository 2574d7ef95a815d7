import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Copied, copyBlobs, copyObjects, findConflicts } from '../store/copy-objects.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { verifyStore } from '../store/verify.ts';
import { openHome } from '../worker/home.ts';
import { listSweeps, recordSweep } from './catalog.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type ExportIndex, exportedStoreUrl, readExportIndex } from './exported-sweep.ts';
import { printJson, say, suggest } from './output.ts';
import { inScratchFolder } from './scratch-folder.ts';
import { storeUrl } from './store-url.ts';

export function addImport(program: Command): void {
  program
    .command('import')
    .description('bring in what `ratchet export sweep` wrote; verified, and nothing is overwritten')
    .argument('<folder>', 'of the export')
    .option('--store <store>', "a folder, file:// or s3:// URL; default: this home's")
    .option('--json', 'one JSON object')
    .action(async (folder: string, options: { store?: string; json?: boolean }) => {
      const index = await readExportIndex(resolve(folder));
      const home = openHome();
      const from = await openStore(exportedStoreUrl(resolve(folder)));
      const to = await openStore(storeUrl(options.store));
      await requireWhole(from, index);
      await requireFitting(from, to, index);
      const copied = await copySweep(from, to, index);
      const { sweep, plan, file } = index;
      const known = (await listSweeps(home)).some((entry) => entry.sweep === sweep);
      const submittedAt = new Date().toISOString();
      if (!known) await recordSweep(home, { sweep, store: to.url, plan, file, submittedAt });
      if (options.json) return printJson({ sweep, store: to.url, ...copied });
      const { blobs, records, reports } = copied;
      say(
        `${sweep}: ${tell(blobs, 'blobs')}, ${tell(records, 'records')}, ${tell(reports, 'files of its report')}`,
      );
      if (!index.weights)
        say(
          'without weights: its report and predictions can be read; running its file trains again',
        );
      return suggest(`ratchet status ${sweep}`);
    });
}

function tell({ added, present }: Copied, what: string): string {
  return `${added} new ${what}${present > 0 ? ` (${present} were here)` : ''}`;
}

/** Every object is there as it was exported; blobs are checked once more as they are copied. */
async function requireWhole(from: Store, index: ExportIndex): Promise<void> {
  const { findings } = await verifyStore(from, { deep: false });
  // What has no weights looks like a block that lost them.
  const faults = findings.filter(({ kind }) => index.weights || kind !== 'damaged block');
  for (const [path, sha256] of Object.entries({ ...index.records, ...index.reports })) {
    if ((await from.digest(path))?.sha256 !== sha256)
      throw damaged(from, `${path} is not what was exported`);
  }
  for (const sha256 of index.blobs)
    if (!(await from.hasBlob(sha256))) throw damaged(from, `blob ${sha256} is missing`);
  const [fault] = faults;
  if (fault) throw damaged(from, `${fault.path}: ${fault.what}`);
}

function damaged(from: Store, what: string): CliError {
  return new CliError(
    EXIT.data,
    `${from.url}: ${what}: nothing was imported; export the sweep again`,
  );
}

/** Two results under one key, from a trainer that is not deterministic: mixing them would be neither's sweep. */
async function requireFitting(from: Store, to: Store, { records }: ExportIndex): Promise<void> {
  const [conflict, ...others] = await findConflicts(from, to, Object.keys(records));
  if (conflict === undefined) return;
  const more = others.length > 0 ? ` and ${others.length} others` : '';
  throw new CliError(
    EXIT.data,
    `${conflict}${more} stand in ${to.url} with another result: nothing was imported; import into a store of its own (--store)`,
  );
}

async function copySweep(
  from: Store,
  to: Store,
  { blobs, records, reports }: ExportIndex,
): Promise<Record<'blobs' | 'records' | 'reports', Copied>> {
  return {
    blobs: await inScratchFolder((folder) => copyBlobs(from, to, blobs, folder)),
    records: await copyObjects(from, to, Object.keys(records)),
    reports: await copyObjects(from, to, Object.keys(reports)),
  };
}
