import type { Command } from 'commander';
import { openStore } from '../store/open-store.ts';
import { repairStore } from '../store/repair.ts';
import { verifyStore } from '../store/verify.ts';
import { EXIT } from './exit-codes.ts';
import { print, printJson, say, table } from './output.ts';
import { addGc } from './store-gc.ts';
import { addUnprune } from './store-unprune.ts';
import { addUsage } from './store-usage.ts';
import { STORE_ARGUMENT, storeUrl } from './store-url.ts';

export function addStore(program: Command): void {
  const command = program.command('store').description('look after a store');
  addRepair(command);
  addUsage(command);
  addGc(command);
  addUnprune(command);
  command
    .command('verify')
    .description('read everything and report damage; changes nothing')
    .argument(...STORE_ARGUMENT)
    .option('--quick', 'look at sizes instead of hashing every blob')
    .option('--json', 'one JSON object')
    .action(async (where: string | undefined, options: { quick?: boolean; json?: boolean }) => {
      const store = await openStore(storeUrl(where));
      const { findings, counts } = await verifyStore(store, { deep: !options.quick });
      process.exitCode = findings.length > 0 ? EXIT.findings : EXIT.done;
      if (options.json) return printJson({ store: store.url, findings, counts });
      if (findings.length > 0)
        print(
          table(
            ['KIND', 'PATH', 'WHAT', 'MEND'],
            findings.map(({ kind, path, what, mend }) => [kind, path, what, mend]),
          ),
        );
      const { blobs, records, pruned } = counts;
      const blocks = `${counts.blocks} blocks${pruned > 0 ? ` (${pruned} pruned)` : ''}`;
      const verdict = findings.length === 0 ? 'nothing is damaged' : `${findings.length} findings`;
      return say(`${store.url}: ${blocks}, ${records} records, ${blobs} blobs: ${verdict}`);
    });
}

function addRepair(command: Command): void {
  command
    .command('repair')
    .description('take away what is damaged, so that the next run computes it again')
    .argument(...STORE_ARGUMENT)
    .option('--json', 'one JSON object')
    .action(async (where: string | undefined, options: { json?: boolean }) => {
      const store = await openStore(storeUrl(where));
      const repairs = await repairStore(store);
      if (options.json) return printJson({ store: store.url, repairs });
      if (repairs.length > 0)
        print(
          table(
            ['PATH', 'WHAT'],
            repairs.map(({ path, what }) => [path, what]),
          ),
        );
      return say(
        `${store.url}: ${repairs.length} repairs; run the sweep file again to compute anew, and ratchet report for sizes of data`,
      );
    });
}
