import { type Ledger, type LedgerTry, SPENDING } from '../contract/ledger.ts';
import { csvTable, type Column, type CsvTable } from './csv.ts';
import { SPENDING_MEANINGS } from './ledger.ts';

const COLUMNS: Column<LedgerTry>[] = [
  { name: 'condition', meaning: 'name of the condition', value: ({ condition }) => condition },
  { name: 'seed', meaning: 'seed: the unit of replication', value: ({ seed }) => seed },
  { name: 'block', meaning: 'domain of the block; base before any', value: ({ block }) => block },
  { name: 'stage', meaning: 'train or evaluate', value: ({ stage }) => stage },
  {
    name: 'unit',
    meaning: 'what it held: GPU, or a place on a processor',
    value: ({ unit }) => unit,
  },
  { name: 'devices', meaning: 'how many of them', value: ({ devices }) => devices },
  {
    name: 'image',
    meaning: 'image that its trainer ran in a cluster, by digest',
    value: ({ image }) => image,
  },
  {
    name: 'result',
    meaning: 'done, interrupted or failed; empty where it runs or nobody saw its end',
    value: ({ result }) => result,
  },
  { name: 'cause', meaning: 'why it was interrupted or failed', value: ({ cause }) => cause },
  { name: 'start', meaning: 'when it was first wanted (UTC)', value: ({ start }) => start },
  { name: 'end', meaning: 'when it ended or was last seen (UTC)', value: ({ end }) => end },
  ...SPENDING.map(
    (part): Column<LedgerTry> => ({
      name: `${part}_seconds`,
      meaning: `${SPENDING_MEANINGS[part]}, in seconds${part === 'queued' ? '' : ' times devices'}`,
      value: ({ spending }) => spending[part],
    }),
  ),
];

/** `ledger.csv`: one line for each try at a block or an evaluation that this sweep paid for. */
export function tabulateLedger({ tries }: Ledger): CsvTable {
  return csvTable('ledger.csv', COLUMNS, tries);
}
