import type { Results, RunResult } from '../contract/results.ts';
import type { SecondaryComparison, SecondaryMeasure } from '../contract/secondary.ts';
import { csvTable, snakeCase, type Column, type CsvTable } from './csv.ts';
import { RUN_COLUMNS, type RunRow, runRows } from './csv-runs.ts';

/** What is measured beside the metrics. */

interface SecondaryRow extends RunRow {
  measure: SecondaryMeasure;
  value: number | null;
}

const SECONDARY_COLUMNS: Column<SecondaryRow>[] = [
  ...RUN_COLUMNS,
  {
    name: 'measure',
    meaning:
      'pass^k, that k draws of an example are all right; loss, in nats per token of held-out targets; truncated_rate, of answers; each after the last block, the mean over domains',
    value: ({ measure }) => snakeCase(measure),
  },
  { name: 'value', meaning: 'empty where it is missing', value: ({ value }) => value },
];

const COMPARISON_COLUMNS: Column<SecondaryComparison>[] = [
  { name: 'treatment', meaning: 'condition', value: ({ treatment }) => treatment },
  { name: 'control', meaning: 'condition that is subtracted', value: ({ control }) => control },
  { name: 'measure', meaning: 'as in secondary.csv', value: ({ measure }) => snakeCase(measure) },
  { name: 'n', meaning: 'seeds with both values', value: ({ difference }) => difference.n },
  {
    name: 'difference',
    meaning: 'mean over seeds of treatment minus control; exploratory',
    value: ({ difference }) => difference.mean,
  },
  { name: 'low', meaning: 'of its t interval', value: ({ difference }) => difference.low },
  { name: 'high', meaning: 'of its t interval', value: ({ difference }) => difference.high },
];

/** `secondary.csv`, one line for each run and measure, and `secondary-comparisons.csv`; none where nothing is measured. */
export function tabulateSecondaryRuns(results: Results): CsvTable[] {
  const rows = runRows(results).flatMap((row) =>
    measuresOf(row.run).map(([measure, value]) => ({ ...row, measure, value })),
  );
  if (rows.length === 0) return [];
  return [
    csvTable('secondary.csv', SECONDARY_COLUMNS, rows),
    csvTable('secondary-comparisons.csv', COMPARISON_COLUMNS, results.secondary ?? []),
  ];
}

function measuresOf({ secondary }: RunResult): [SecondaryMeasure, number | null][] {
  const { passK = [], loss, truncatedRate } = secondary ?? {};
  return [
    ...passK.map((value, index): [SecondaryMeasure, number | null] => [`pass^${index + 1}`, value]),
    ...(loss ? [['loss', loss.mean] satisfies [SecondaryMeasure, number | null]] : []),
    ...(truncatedRate === undefined
      ? []
      : [['truncatedRate', truncatedRate] satisfies [SecondaryMeasure, number | null]]),
  ];
}
