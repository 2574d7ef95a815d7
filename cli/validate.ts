import type { Command } from 'commander';
import { locateHome } from '../worker/home.ts';
import { loadSweep } from './load-sweep.ts';
import { print, printJson, say } from './output.ts';

export function addValidate(program: Command): void {
  program
    .command('validate')
    .description('check a sweep file and its data; every problem at once')
    .argument('<file>', 'sweep file')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: { json?: boolean }) => {
      const { plan, sweep, suite } = await loadSweep(file, locateHome());
      const facts = {
        sweep: plan.sweep,
        valid: true,
        conditions: sweep.conditions.length,
        seeds: sweep.seeds.length,
        orders: sweep.stream.orders.length,
        blocks: plan.lineages.reduce((sum, { blocks }) => sum + blocks.length, 0),
        examples: suite.census.examples.total,
        duplicates: suite.census.duplicates,
        leftOut: suite.census.leftOut,
        warnings: suite.census.warnings,
      };
      for (const warning of facts.warnings) say(`warning: ${warning}`);
      if (options.json) return printJson(facts);
      const others = Object.entries(facts.leftOut).map(([why, entries]) => `${entries} ${why}`);
      const leftOut = [`${facts.duplicates} duplicates`, ...others];
      return print(
        `${file} is valid: ${facts.conditions} conditions x ${facts.seeds} seeds x ${facts.orders} orders, ${facts.blocks} blocks; ${suite.name}: ${facts.examples} examples, ${leftOut.join(', ')} left out`,
      );
    });
}
