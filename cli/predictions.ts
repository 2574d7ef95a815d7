import type { Command } from 'commander';
import { type Outcome, OUTCOMES } from '../contract/scores.ts';
import { FLIPS } from '../metrics/flips.ts';
import { readContrast } from '../spec/contrast.ts';
import type { Plan } from '../plan/plan.ts';
import { choose, collect } from './choose.ts';
import { comparePredictions } from './compare-predictions.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CellChoice, type ListedPrediction, listPredictions } from './list-predictions.ts';
import { openSweep } from './open-sweep.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { drawComparison, drawPredictions } from './predictions-view.ts';
import { parseCount } from './sweep-options.ts';

interface PredictionsOptions {
  condition?: string[];
  seed?: string[];
  domain?: string[];
  after?: string;
  outcome?: string[];
  id?: string[];
  compare?: string | true;
  only?: string[];
  n: number;
  json?: boolean;
}

export function addPredictions(program: Command): void {
  program
    .command('predictions')
    .description('what was predicted, beside gold and verdicts; or where two conditions differ')
    .argument('[sweep]', 'id or its beginning; default: the latest')
    .option('--condition <name>', 'again for each; default: all', collect)
    .option('--seed <seed>', 'again for each; default: all', collect)
    .option('--domain <domain>', 'that was predicted; again for each; default: all', collect)
    .option('--after <block>', 'checkpoint: base, or the block learned last; default: the end')
    .option('--outcome <outcome>', `${OUTCOMES.join(', ')}; again for each; default: all`, collect)
    .option('--id <id>', 'of an example; again for each; default: all', collect)
    .option('--compare [contrast]', "two conditions at equal seeds; default: the question's")
    .option('--only <change>', `with --compare: ${FLIPS.join(', ')}; again for each`, collect)
    .option('-n <count>', 'how many to show', parseCount, 10)
    .option('--json', 'one JSON object')
    .action(async (wanted: string | undefined, options: PredictionsOptions) => {
      const opened = await openSweep(wanted);
      const { plan } = opened;
      const choice = readChoice(plan, options);
      if (options.compare !== undefined) {
        const contrast = readComparison(plan, options);
        const only = options.only?.map((flip) => choose('change', flip, FLIPS)) ?? FLIPS;
        const compared = await comparePredictions(opened, { ...choice, ...contrast }, (one) =>
          isWanted(one, options),
        );
        const examples = compared.examples.filter(({ counts }) =>
          only.some((flip) => counts[flip] > 0),
        );
        const shown = { ...compared, examples: examples.slice(0, options.n) };
        if (options.json) return printJson({ sweep: plan.sweep, ...shown });
        return print(drawComparison(shown, examples.length, terminalWidth()));
      }
      if (options.only) throw new CliError(EXIT.usage, '--only goes with --compare');
      const outcomes = readOutcomes(options);
      const all = (await listPredictions(opened, choice)).filter((one) => isWanted(one, options));
      const predictions = all.filter(({ outcome }) => outcomes.includes(outcome));
      const facts = { sweep: plan.sweep, convention: plan.convention, outcomes: tally(all) };
      const shown = predictions.slice(0, options.n);
      if (options.json) return printJson({ ...facts, predictions: shown });
      return print(drawPredictions(facts, shown, predictions.length, terminalWidth()));
    });
}

function readChoice(
  { spec }: Plan,
  { condition, seed, domain, after }: PredictionsOptions,
): CellChoice {
  const conditions = spec.conditions.map(({ name }) => name);
  return {
    conditions: condition?.map((name) => choose('condition', name, conditions)),
    seeds: seed?.map((one) => choose('seed', one, spec.seeds)),
    domains: domain?.map((name) => choose('domain', name, spec.stream.domains)),
    after,
  };
}

function readOutcomes({ outcome }: PredictionsOptions): readonly Outcome[] {
  return outcome?.map((name) => choose('outcome', name, OUTCOMES)) ?? OUTCOMES;
}

function readComparison(
  { spec }: Plan,
  { compare, condition, outcome }: PredictionsOptions,
): { treatment: string; control: string } {
  if (condition || outcome)
    throw new CliError(
      EXIT.usage,
      '--condition and --outcome do not go with --compare, which names two conditions and takes --only',
    );
  const contrast = compare === true ? spec.question : readContrast(compare ?? '');
  if (!contrast)
    throw new CliError(
      EXIT.usage,
      `--compare: two conditions like "keep - strip" were expected${compare === true ? ': the sweep declares no question' : `, found "${compare}"`}`,
    );
  const conditions = spec.conditions.map(({ name }) => name);
  const { treatment, control } = contrast;
  return {
    treatment: choose('condition', treatment, conditions),
    control: choose('condition', control, conditions),
  };
}

function isWanted({ id }: { id: string }, { id: ids }: PredictionsOptions): boolean {
  return ids === undefined || ids.includes(id);
}

function tally(predictions: readonly ListedPrediction[]): Record<Outcome, number> {
  const counts = Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<Outcome, number>;
  for (const { outcome } of predictions) counts[outcome]++;
  return counts;
}
