import type { Ledger } from '../contract/ledger.ts';
import { joinCurves, type LossCurve } from '../metrics/training.ts';
import { type Column, csvTable, type CsvTable } from './csv.ts';

type Row = Omit<LossCurve, 'points'> & LossCurve['points'][number];

const COLUMNS: Column<Row>[] = [
  { name: 'condition', meaning: 'name of the condition', value: ({ condition }) => condition },
  { name: 'seed', meaning: 'seed: the unit of replication', value: ({ seed }) => seed },
  { name: 'block', meaning: 'domain of the block', value: ({ block }) => block },
  { name: 'step', meaning: 'step of the block; some are left out', value: ({ step }) => step },
  { name: 'loss', meaning: 'mean loss of the step, in nats', value: ({ loss }) => loss },
  {
    name: 'learning_rate',
    meaning: 'of the step; empty where the trainer does not tell it',
    value: ({ learningRate }) => learningRate ?? null,
  },
];

/** `loss.csv`: how the loss of every block fell that this sweep trained. */
export function tabulateLosses({ tries }: Ledger): CsvTable {
  const rows = joinCurves(tries).flatMap(({ points, ...curve }) =>
    points.map((point) => ({ ...curve, ...point })),
  );
  return csvTable('loss.csv', COLUMNS, rows);
}
