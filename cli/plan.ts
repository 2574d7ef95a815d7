import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { pc } from './colors.ts';
import { createLocalCompute } from '../compute/local-compute.ts';
import { duration } from '../metrics/numbers.ts';
import { explainPlan } from '../plan/explain.ts';
import { type PlanPreview, previewPlan } from '../plan/preview.ts';
import { openStore } from '../store/open-store.ts';
import { cacheFolder, locateHome, openHome } from '../worker/home.ts';
import { checkCounts } from './check-counts.ts';
import { refuseLack, surveyGpus } from './check-gpus.ts';
import { countTokens, type TokenCount } from './count-tokens.ts';
import { type CostEstimate, estimateCost } from './estimate-cost.ts';
import { drawExplanations, readEarlierPlans } from './explain-plan.ts';
import { checkForkPoint } from './fork.ts';
import { loadSweep } from './load-sweep.ts';
import { print, printJson, suggest, table } from './output.ts';
import { printExpected } from './print-expected.ts';
import { readStored } from './read-stored.ts';
import { addSweepOptions, readSweepOptions, type SweepOptions } from './sweep-options.ts';

interface PlanOptions extends SweepOptions {
  counts?: boolean;
  explain?: boolean;
  json?: boolean;
}

export function addPlan(program: Command): void {
  const command = program
    .command('plan')
    .description('what a sweep would compute and why, what is stored already; starts nothing')
    .argument('<file>', 'sweep file');
  addSweepOptions(command)
    .addOption(
      new Option(
        '--counts',
        'instead: an `expect` section of what the trainer counts now, to paste into the file',
      ).conflicts(['explain', 'limit']),
    )
    .option('--explain', 'why each block is computed: what differs from earlier sweeps')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: PlanOptions) => {
      const loaded = await loadSweep(file, locateHome(), await readSweepOptions(options));
      const home = openHome();
      const gpus = await surveyGpus(loaded.sweep);
      await checkForkPoint(loaded);
      const store = await openStore(loaded.store);
      const compute = createLocalCompute({ workFolder: home.work, cache: cacheFolder() });
      if (options.counts) {
        await printExpected(store, compute, loaded, options);
        return;
      }
      const stored = await readStored(store, loaded.plan);
      const preview = previewPlan(loaded.plan, stored);
      const explanations = options.explain
        ? explainPlan(loaded.plan, stored, await readEarlierPlans(home, loaded.plan))
        : undefined;
      const tokens = await countTokens(store, compute, loaded);
      const cost = await estimateCost(home, loaded.plan, preview);
      if (options.json)
        printJson({ ...preview, tokens, cost, ...(explanations && { explanations }) });
      else {
        print(describe(preview, tokens, gpus?.gpus.length));
        if (cost) print(pc.dim(describeCost(cost)));
        if (explanations) print(`\n${drawExplanations(explanations)}`);
      }
      refuseLack(file, loaded.sweep, gpus);
      await checkCounts(store, compute, loaded);
      if (!options.json) suggest(`ratchet run ${file}`);
    });
}

function number(value: number | undefined): string {
  return (value ?? 0).toLocaleString('en-US');
}

function describeCost({ unit, trainSeconds, evaluateSeconds, measured }: CostEstimate): string {
  const sum = duration(trainSeconds + evaluateSeconds);
  return `about ${sum} of ${unit} time: ${duration(trainSeconds)} to train, ${duration(evaluateSeconds)} to evaluate, as ${measured} blocks and evaluations of this trainer took`;
}

function describe(preview: PlanPreview, tokens: TokenCount[], gpus: number | undefined): string {
  const devices = gpus === undefined ? `${availableParallelism()} processors` : `${gpus} GPUs`;
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
    `${pc.bold(preview.sweep)}: ${preview.lineages} lineages, ${preview.runs} runs, on up to ${devices}`,
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
