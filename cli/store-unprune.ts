import type { Command } from 'commander';
import { restorePruned } from '../store/prune.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { findBlock, openSweep } from './open-sweep.ts';
import { printJson, say, suggest } from './output.ts';

interface UnpruneOptions {
  sweep?: string;
  json?: boolean;
}

export function addUnprune(command: Command): void {
  command
    .command('unprune')
    .description('have the weights of blocks again that gc pruned: the next run trains them anew')
    .argument('<blocks...>', 'condition/seed/domain')
    .option('--sweep <sweep>', 'id or its beginning; default: the latest')
    .option('--json', 'one JSON object')
    .action(async (labels: string[], { sweep, json }: UnpruneOptions) => {
      const { plan, store, entry } = await openSweep(sweep);
      const blocks = labels.map((label) => findBlock(plan, label));
      const restored: string[] = [];
      for (const { key, label } of blocks) {
        if (await restorePruned(store, key)) restored.push(label);
        else if (!json) say(`${label} is not pruned`);
      }
      if (json) return printJson({ sweep: plan.sweep, restored });
      if (restored.length === 0) throw new CliError(EXIT.notFound, 'nothing was pruned there');
      return suggest(`ratchet run ${entry.file}`);
    });
}
