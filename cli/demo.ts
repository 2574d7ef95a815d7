import { join } from 'node:path';
import type { Command } from 'commander';
import { packageFolder } from './package-folder.ts';
import { say } from './output.ts';
import { type RunOptions, runSweep } from './run.ts';

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'run examples/demo.yaml: four tool domains, with and without earlier calls in the prompt',
    )
    .option('--detach', 'start it and come back at once')
    .option('--json', 'end with one JSON line: sweep, state, results, report')
    .action(async (options: RunOptions) => {
      const file = join(packageFolder(), 'examples', 'demo.yaml');
      say(`running ${file}`);
      process.exitCode = await runSweep(file, options);
    });
}
