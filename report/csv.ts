import {
  METRIC_NAMES,
  type CellCounts,
  type Results,
  type RunResult,
} from '../contract/results.ts';
import { CONVENTIONS, OUTCOMES } from '../contract/scores.ts';

/** Tidy tables after RFC 4180; fractions with all their digits, an empty field where something is missing. */

type Field = string | number | null;

interface Column<Row> {
  name: string;
  /** For the data dictionary. */
  meaning: string;
  value: (row: Row) => Field;
}

interface RunRow {
  condition: string;
  run: RunResult;
}

interface CellRow extends RunRow {
  /** 0 is the untrained base. */
  afterBlock: number;
  domain: number;
  cell: CellCounts | null;
}

const RUN_COLUMNS: Column<RunRow>[] = [
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
      name: `right_${convention.replace('-', '_')}`,
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
      name: `outcome_${kind.replace('-', '_')}`,
      meaning: `examples whose outcome is ${kind}, under the convention exact`,
      value: ({ cell }) => cell?.outcomes[kind] ?? null,
    }),
  ),
];

/** `runs.csv`: one line for each condition, seed and order, with its metrics as fractions. */
export function renderRunsCsv(results: Results): string {
  return toCsv(runColumns(results), runRows(results));
}

/** `cells.csv`: one line for each run, checkpoint and domain, with counts under every convention. */
export function renderCellsCsv(results: Results): string {
  const rows = runRows(results).flatMap(({ condition, run }) =>
    [run.zeroShotCells, ...run.cells.slice(0, run.blocks.length)].flatMap((cells, afterBlock) =>
      cells.map((cell, domain): CellRow => ({ condition, run, afterBlock, domain, cell })),
    ),
  );
  return toCsv(CELL_COLUMNS, rows);
}

/** `columns.md`: what every column of the tables means. */
export function renderDataDictionary(results: Results): string {
  const runs = describeColumns(runColumns(results));
  return `# Columns\n\n## runs.csv\n\n${runs}\n## cells.csv\n\n${describeColumns(CELL_COLUMNS)}`;
}

function describeColumns(columns: readonly { name: string; meaning: string }[]): string {
  return columns.map(({ name, meaning }) => `- \`${name}\`: ${meaning}\n`).join('');
}

function runColumns({ metrics, convention }: Results): Column<RunRow>[] {
  const names = METRIC_NAMES.map(
    (metric): Column<RunRow> => ({
      name: snakeCase(metric),
      meaning: `${metrics[metric].label}: ${metrics[metric].formula} (fraction, ${convention})`,
      value: ({ run }) => run.metrics[metric],
    }),
  );
  return [...RUN_COLUMNS, ...names];
}

function runRows({ conditions }: Results): RunRow[] {
  return Object.entries(conditions).flatMap(([condition, { runs }]) =>
    runs.map((run) => ({ condition, run })),
  );
}

function toCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const head = columns.map(({ name }) => name);
  const lines = rows.map((row) => columns.map(({ value }) => quote(value(row))).join(','));
  return [head.join(','), ...lines, ''].join('\r\n');
}

/** Quoted where CSV asks for it; text that a spreadsheet would take for a formula is kept from being one. */
function quote(field: Field): string {
  if (typeof field !== 'string') return field === null ? '' : String(field);
  const text = /^[=+\-@\t\r]/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
