import {
  METRIC_NAMES,
  type CellCounts,
  type Results,
  type RunResult,
} from '../contract/results.ts';
import { CONVENTIONS, OUTCOMES } from '../contract/scores.ts';
import { STRATA, type Stratum } from '../contract/strata.ts';
import { csvTable, snakeCase, type Column, type CsvTable } from './csv.ts';
import { STRATUM_MEANINGS } from './strata.ts';

/** What was measured, run by run. */

export interface RunRow {
  condition: string;
  run: RunResult;
}

interface CellRow extends RunRow {
  /** 0 is the untrained base. */
  afterBlock: number;
  domain: number;
  cell: CellCounts | null;
}

interface StratumRow extends RunRow {
  stratum: Stratum;
}

export const RUN_COLUMNS: Column<RunRow>[] = [
  { name: 'condition', meaning: 'name of the condition', value: ({ condition }) => condition },
  { name: 'seed', meaning: 'seed: the unit of replication', value: ({ run }) => run.seed },
  {
    name: 'order',
    meaning: 'domains in the order of training, separated by spaces',
    value: ({ run }) => run.order.join(' '),
  },
];

const CELL_COLUMNS: Column<CellRow>[] = [
  ...RUN_COLUMNS,
  {
    name: 'after_block',
    meaning: 'blocks trained so far; 0 is the untrained base',
    value: ({ afterBlock }) => afterBlock,
  },
  {
    name: 'trained_domain',
    meaning: 'domain of the last block trained; empty for the base',
    value: ({ run, afterBlock }) => run.blocks[afterBlock - 1]?.domain ?? null,
  },
  {
    name: 'domain',
    meaning: 'domain scored',
    value: ({ run, domain }) => run.order[domain] ?? null,
  },
  {
    name: 'examples',
    meaning: 'held-out examples scored; empty with all that follow where the cell is missing',
    value: ({ cell }) => cell?.examples ?? null,
  },
  ...CONVENTIONS.map(
    (convention): Column<CellRow> => ({
      name: `right_${snakeCase(convention)}`,
      meaning: `examples right under the convention ${convention}`,
      value: ({ cell }) => cell?.right[convention] ?? null,
    }),
  ),
  {
    name: 'names_right',
    meaning: 'examples whose calls all have the right names',
    value: ({ cell }) => cell?.nameRight ?? null,
  },
  ...OUTCOMES.map(
    (kind): Column<CellRow> => ({
      name: `outcome_${snakeCase(kind)}`,
      meaning: `examples whose outcome is ${kind}, under the convention exact`,
      value: ({ cell }) => cell?.outcomes[kind] ?? null,
    }),
  ),
  {
    name: 'draws',
    meaning: 'answers drawn for each example: each of them is counted in what stands before',
    value: ({ cell }) => (cell ? (cell.draws ?? 1) : null),
  },
  {
    name: 'truncated',
    meaning: 'answers that ended at the limit of new tokens; empty where the trainer does not tell',
    value: ({ cell }) => cell?.truncated ?? null,
  },
  {
    name: 'loss_nats',
    meaning: 'negative log-likelihood of the targets; empty where the trainer does not tell',
    value: ({ cell }) => cell?.loss?.nats ?? null,
  },
  {
    name: 'loss_tokens',
    meaning: 'tokens of the targets that loss_nats is of',
    value: ({ cell }) => cell?.loss?.tokens ?? null,
  },
];

/** `runs.csv`: one line for each condition, seed and order, with its metrics as fractions. */
export function tabulateRuns(results: Results): CsvTable {
  const { metrics, convention } = results;
  const names = METRIC_NAMES.map(
    (metric): Column<RunRow> => ({
      name: snakeCase(metric),
      meaning: `${metrics[metric].label}: ${metrics[metric].formula} (fraction, ${convention})`,
      value: ({ run }) => run.metrics[metric],
    }),
  );
  return csvTable('runs.csv', [...RUN_COLUMNS, ...names], runRows(results));
}

/** `cells.csv`: one line for each run, checkpoint and domain, with counts under every convention. */
export function tabulateCells(results: Results): CsvTable {
  const rows = runRows(results).flatMap(({ condition, run }) =>
    [run.zeroShotCells, ...run.cells.slice(0, run.blocks.length)].flatMap((cells, afterBlock) =>
      cells.map((cell, domain): CellRow => ({ condition, run, afterBlock, domain, cell })),
    ),
  );
  return csvTable('cells.csv', CELL_COLUMNS, rows);
}

/** `strata.csv`: one line for each run and stratum of held-out examples, after the last block. */
export function tabulateStrata(results: Results): CsvTable {
  const meanings = STRATA.map((name) => `${name}, ${STRATUM_MEANINGS[name]}`).join('; ');
  const columns: Column<StratumRow>[] = [
    ...RUN_COLUMNS,
    { name: 'stratum', meaning: meanings, value: ({ stratum }) => stratum },
    {
      name: 'examples',
      meaning: 'held-out examples of all domains in it; empty where a cell is missing',
      value: ({ run, stratum }) => run.strata?.[stratum].examples ?? null,
    },
    {
      name: 'answers',
      meaning: 'to those examples: as many as examples, times the draws of each',
      value: ({ run, stratum }) => {
        const counts = run.strata?.[stratum];
        return counts ? (counts.answers ?? counts.examples) : null;
      },
    },
    {
      name: 'right',
      meaning: `answers right after the last block, under ${results.convention}`,
      value: ({ run, stratum }) => run.strata?.[stratum].right ?? null,
    },
  ];
  const rows = runRows(results).flatMap((row) => STRATA.map((stratum) => ({ ...row, stratum })));
  return csvTable('strata.csv', columns, rows);
}

export function runRows({ conditions }: Results): RunRow[] {
  return Object.entries(conditions).flatMap(([condition, { runs }]) =>
    runs.map((run) => ({ condition, run })),
  );
}
