import type { Command } from 'commander';
import { hasScore, score, standingCells, takePredictions } from '../activities/cells.ts';
import { writePlan } from '../activities/plans.ts';
import { reportSweep } from '../activities/report-sweep.ts';
import { scorerIdentity } from '../compute/trainers.ts';
import { cellsOf, checkpointsOf } from '../plan/cells.ts';
import { identifySweep } from '../plan/expand.ts';
import type { Plan } from '../plan/plan.ts';
import type { Store } from '../store/store.ts';
import { recordSweep } from './catalog.ts';
import { openSweep } from './open-sweep.ts';
import { printJson, say } from './output.ts';

export function addRescore(program: Command): void {
  program
    .command('rescore')
    .description('score stored predictions with this version; nothing is generated again')
    .argument('[sweep]', 'id or its beginning; default: the latest')
    .option('--json', 'one JSON object')
    .action(async (wanted: string | undefined, options: { json?: boolean }) => {
      const { home, entry, store, plan } = await openSweep(wanted);
      const rescored = identifySweep({ ...plan, scorer: scorerIdentity() });
      const counts = await scoreAll(store, rescored);
      const digest = await writePlan(store, rescored);
      const { sweep } = rescored;
      const submittedAt = new Date().toISOString();
      await recordSweep(home, { ...entry, sweep, plan: digest, submittedAt });
      await reportSweep(store, { store: entry.store, plan: digest, sweep, failed: null });
      if (options.json) return printJson({ sweep, ...counts });
      return say(
        `${sweep}: ${counts.scored} cells scored, ${counts.kept} were already, ${counts.missing} have no predictions yet`,
      );
    });
}

async function scoreAll(
  store: Store,
  plan: Plan,
): Promise<{ scored: number; kept: number; missing: number }> {
  const counts = { scored: 0, kept: 0, missing: 0 };
  for (const lineage of plan.lineages)
    for (const block of checkpointsOf(lineage)) {
      const cells = await standingCells(store, plan, lineage, block);
      counts.missing += cellsOf(plan, lineage, block).length - cells.length;
      for (const cell of cells) {
        if (await hasScore(store, cell)) {
          counts.kept++;
          continue;
        }
        const predicted = await takePredictions(store, cell);
        if (!predicted) {
          counts.missing++;
          continue;
        }
        await score(store, cell, predicted);
        counts.scored++;
      }
    }
  return counts;
}
