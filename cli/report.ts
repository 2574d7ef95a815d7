import type { Command } from 'commander';
import { restoreCounts } from '../activities/data-counts.ts';
import { reportSweep } from '../activities/report-sweep.ts';
import { createLocalCompute } from '../compute/local-compute.ts';
import { renderTerminal } from '../report/terminal.ts';
import { cacheFolder } from '../worker/home.ts';
import { openSweep } from './open-sweep.ts';
import { paint, print, printJson, say } from './output.ts';
import { copyReport, materialiseReport, readResults } from './report-files.ts';

export function addReport(program: Command): void {
  program
    .command('report')
    .description('write the report anew from what is stored, finished or not')
    .argument('[sweep]', 'id or its beginning; default: the latest')
    .option('--output <folder>', 'copy every file of the report there')
    .option('--json', 'one JSON object: sweep, results, report')
    .action(async (wanted: string | undefined, options: { output?: string; json?: boolean }) => {
      const { home, entry, plan, store } = await openSweep(wanted);
      const compute = createLocalCompute({ workFolder: home.work, cache: cacheFolder() });
      const uncounted = await restoreCounts(store, compute, plan);
      if (uncounted > 0)
        say(
          `${uncounted} data files have no sizes: only the trainer that the sweep was planned with can count them`,
        );
      await reportSweep(store, {
        store: entry.store,
        plan: entry.plan,
        sweep: plan.sweep,
        failed: null,
      });
      if (options.output) await copyReport(entry.store, plan.sweep, options.output);
      const paths = await materialiseReport(entry.store, plan.sweep);
      if (options.json) return printJson({ sweep: plan.sweep, ...paths });
      print(renderTerminal(await readResults(entry.store, plan.sweep), paint));
      return say(`report: ${paths.report}`);
    });
}
