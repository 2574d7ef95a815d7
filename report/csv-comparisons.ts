import type { AnswerCounts, ReferenceCounts } from '../contract/references.ts';
import type { Comparison, Distance, PublishedComparison, Results } from '../contract/results.ts';
import { CONVENTIONS } from '../contract/scores.ts';
import { csvTable, snakeCase, type Column, type CsvTable } from './csv.ts';

/** What the measured is held against: the other conditions, baselines and ceilings, published numbers. */

const COMPARISON_COLUMNS: Column<Comparison>[] = [
  { name: 'treatment', meaning: 'condition', value: ({ treatment }) => treatment },
  { name: 'control', meaning: 'condition that is subtracted', value: ({ control }) => control },
  { name: 'metric', meaning: 'what is compared', value: ({ metric }) => snakeCase(metric) },
  {
    name: 'declared',
    meaning: '1 for the declared question, which stands first; 0: exploratory, claims nothing',
    value: ({ verdict }) => (verdict === null ? 0 : 1),
  },
  { name: 'verdict', meaning: 'of the declared question', value: ({ verdict }) => verdict },
  { name: 'n', meaning: 'seeds with both values', value: ({ difference }) => difference.n },
  {
    name: 'difference',
    meaning: 'mean over seeds of treatment minus control (fraction)',
    value: ({ difference }) => difference.mean,
  },
  { name: 'low', meaning: 'of its t interval', value: ({ difference }) => difference.low },
  { name: 'high', meaning: 'of its t interval', value: ({ difference }) => difference.high },
  { name: 'level', meaning: 'of the interval: 1 - alpha', value: ({ alpha }) => 1 - alpha },
  { name: 'margin', meaning: 'smallest difference that matters', value: ({ margin }) => margin },
  { name: 'p_t', meaning: 'two-sided, paired t', value: ({ p }) => p.t },
  { name: 'p_sign_flips', meaning: 'two-sided, sign flips', value: ({ p }) => p.permutation },
  { name: 'p_floor', meaning: 'smallest p of so many sign flips', value: ({ p }) => p.floor },
  {
    name: 'p_holm',
    meaning: 'p_t adjusted after Holm over all exploratory comparisons',
    value: ({ p }) => p.holm,
  },
  {
    name: 'bootstrap_low',
    meaning: 'of the declared question from 10 to 100 seeds: seeds and dialogues crossed',
    value: ({ bootstrap }) => bootstrap?.low ?? null,
  },
  {
    name: 'bootstrap_high',
    meaning: 'as bootstrap_low',
    value: ({ bootstrap }) => bootstrap?.high ?? null,
  },
  {
    name: 'interquartile_mean',
    meaning: 'of the differences, from four seeds on',
    value: ({ interquartileMean }) => interquartileMean,
  },
  {
    name: 'probability_of_improvement',
    meaning: 'that a seed of the treatment is better than a seed of the control; ties count half',
    value: ({ probabilityOfImprovement }) => probabilityOfImprovement,
  },
  {
    name: 'seeds_to_settle',
    meaning: 'seeds that would tell this difference from zero in four sweeps of five; empty: none',
    value: ({ seedsToSettle }) => seedsToSettle,
  },
];

/** `comparisons.csv`: the declared question first, then everything else. */
export function tabulateComparisons({ question, exploratory }: Results): CsvTable {
  const rows = question ? [question, ...exploratory] : exploratory;
  return csvTable('comparisons.csv', COMPARISON_COLUMNS, rows);
}

type Answers = 'untrained' | 'majorityTarget' | 'majorityNames' | 'goldReplay';

const ANSWERS: Record<Answers, string> = {
  untrained: 'answers of the rule without training',
  majorityTarget: 'the commonest training target for every prompt',
  majorityNames: 'the commonest training names for every prompt',
  goldReplay: 'the gold calls as text',
};

const REFERENCE_COLUMNS: Column<ReferenceCounts>[] = [
  { name: 'condition', meaning: 'name of the condition', value: ({ condition }) => condition },
  { name: 'seed', meaning: 'seed', value: ({ seed }) => seed },
  { name: 'domain', meaning: 'domain scored', value: ({ domain }) => domain },
  { name: 'examples', meaning: 'held-out examples', value: ({ examples }) => examples },
  {
    name: 'copyable',
    meaning: 'of them, with all values of the target verbatim in the prompt',
    value: ({ copyable }) => copyable,
  },
  {
    name: 'executed_dialogues',
    meaning: 'held-out dialogues whose gold calls were executed; empty where they cannot be',
    value: ({ worldReplay }) => worldReplay?.dialogues ?? null,
  },
  {
    name: 'executed_fulfilled',
    meaning: 'of them, where the gold calls do what was asked',
    value: ({ worldReplay }) => worldReplay?.fulfilled ?? null,
  },
  ...Object.entries(ANSWERS).flatMap(([name, meaning]) => {
    const pick = (row: ReferenceCounts): AnswerCounts => row[name as Answers];
    return [
      ...CONVENTIONS.map(
        (convention): Column<ReferenceCounts> => ({
          name: `${snakeCase(name)}_${snakeCase(convention)}`,
          meaning: `right under ${convention}: ${meaning}`,
          value: (row) => pick(row).right[convention],
        }),
      ),
      {
        name: `${snakeCase(name)}_names`,
        meaning: `names right: ${meaning}`,
        value: (row: ReferenceCounts) => pick(row).nameRight,
      },
    ];
  }),
];

/** `references.csv`: baselines and ceilings for each condition, seed and domain, as counts. */
export function tabulateReferences({ references }: Results): CsvTable {
  return csvTable('references.csv', REFERENCE_COLUMNS, references);
}

interface DistanceRow extends Distance {
  of: PublishedComparison;
  what: string;
}

const DISTANCE_COLUMNS: Column<DistanceRow>[] = [
  { name: 'name', meaning: 'of the published numbers', value: ({ of }) => of.name },
  { name: 'condition', meaning: 'held against them', value: ({ of }) => of.condition },
  { name: 'what', meaning: 'metric, or R_ij of the matrix', value: ({ what }) => what },
  { name: 'published', meaning: 'published value (fraction)', value: ({ published }) => published },
  { name: 'ours', meaning: 'mean over seeds (fraction)', value: ({ ours }) => ours },
  { name: 'distance', meaning: 'ours minus published', value: ({ distance }) => distance },
];

/** `published.csv`: distances from published numbers, cells and metrics. */
export function tabulatePublished({ published }: Results): CsvTable {
  const rows = published.flatMap((of) => [
    ...(of.cells ?? []).flatMap((row, i) =>
      row.map((cell, j): DistanceRow => ({ of, what: `R_${i + 1},${j + 1}`, ...cell })),
    ),
    ...of.metrics.map(({ metric, ...cell }) => ({ of, what: snakeCase(metric), ...cell })),
  ]);
  return csvTable('published.csv', DISTANCE_COLUMNS, rows);
}
