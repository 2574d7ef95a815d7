import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { pc } from './colors.ts';
import { readPredictions, readScore, standingCells } from '../activities/cells.ts';
import { createLocalCompute } from '../compute/local-compute.ts';
import { checkpointsOf } from '../plan/cells.ts';
import { type PlanPreview, previewPlan, type Stored } from '../plan/preview.ts';
import { listPartials } from '../store/attempt-history.ts';
import { inspectBlock } from '../store/blocks.ts';
import { openStore } from '../store/open-store.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { locateHome, openHome } from '../worker/home.ts';
import { countTokens, type TokenCount } from './count-tokens.ts';
import { checkForkPoint } from './fork.ts';
import { type LoadedSweep, loadSweep } from './load-sweep.ts';
import { print, printJson, suggest, table } from './output.ts';
import { addSweepOptions, readSweepOptions, type SweepOptions } from './sweep-options.ts';

interface PlanOptions extends SweepOptions {
  json?: boolean;
}

export function addPlan(program: Command): void {
  const command = program
    .command('plan')
    .description('what a sweep would compute and why, what is stored already; starts nothing')
    .argument('<file>', 'sweep file');
  addSweepOptions(command)
    .option('--json', 'one JSON object')
    .action(async (file: string, options: PlanOptions) => {
      const loaded = await loadSweep(file, locateHome(), await readSweepOptions(options));
      const home = openHome();
      await checkForkPoint(loaded);
      const store = await openStore(loaded.store);
      const preview = previewPlan(loaded.plan, await readStored(store, loaded));
      const compute = createLocalCompute({ workFolder: home.work });
      const tokens = await countTokens(store, compute, loaded);
      if (options.json) return printJson({ ...preview, tokens });
      print(describe(preview, tokens));
      return suggest(`ratchet run ${file}`);
    });
}

export async function readStored(
  store: Store,
  { plan }: Pick<LoadedSweep, 'plan'>,
): Promise<Stored> {
  const blocks = new Set<string>();
  const partial = new Map<string, number>();
  for (const key of new Set(plan.lineages.flatMap((lineage) => lineage.blocks))) {
    if ((await inspectBlock(store, key)).state === 'intact') blocks.add(key);
    else {
      const [newest] = await listPartials(store, key);
      if (newest) partial.set(key, newest.step);
    }
  }
  const scores = new Set<string>();
  const predictions = new Set<string>();
  for (const lineage of plan.lineages)
    for (const block of checkpointsOf(lineage))
      for (const cell of await standingCells(store, plan, lineage, block)) {
        if (await unlessDamaged(readScore(store, cell))) scores.add(cell.score);
        else if (await unlessDamaged(readPredictions(store, cell)))
          predictions.add(cell.prediction);
      }
  return { blocks, partial, scores, predictions };
}

function number(value: number | undefined): string {
  return (value ?? 0).toLocaleString('en-US');
}

function describe(preview: PlanPreview, tokens: TokenCount[]): string {
  const { blocks, cells } = preview;
  const rows = preview.conditions.map(({ condition, blocks: all, compute }) => {
    const count = tokens.find((one) => one.condition === condition);
    return [
      condition,
      String(all),
      String(compute),
      number(count?.examples),
      number(count?.tokens),
      number(count?.targetTokens),
      number(count?.truncatedExamples),
      number(count?.droppedExamples),
    ];
  });
  const header = [
    'CONDITION',
    'BLOCKS',
    'TO TRAIN',
    'EXAMPLES',
    'TOKENS',
    'TARGET',
    'CUT',
    'DROPPED',
  ];
  const reasons = Object.entries(preview.reasons).map(
    ([reason, count]) => `    ${count} ${reason}`,
  );
  return [
    `${pc.bold(preview.sweep)}: ${preview.lineages} lineages, ${preview.runs} runs, on up to ${availableParallelism()} processors`,
    '',
    `  ${pc.green('+')} train     ${blocks.compute} blocks`,
    ...reasons,
    `  ${pc.cyan('~')} resume    ${blocks.resume} blocks from a checkpoint`,
    `  ${pc.dim('=')} stored    ${blocks.stored} of ${blocks.total} blocks`,
    `  ${pc.green('+')} evaluate  ${cells.compute} cells`,
    `  ${pc.cyan('~')} score     ${cells.score} cells from stored predictions`,
    `  ${pc.dim('=')} stored    ${cells.stored} of ${cells.total} cells`,
    '',
    table(header, rows),
    pc.dim('examples and tokens: one pass over the training data of every seed'),
  ].join('\n');
}
