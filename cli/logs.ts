import type { Command } from 'commander';
import { type AttemptHistory, readHistory } from '../store/attempt-history.ts';
import { readTrainingLog } from '../store/read-logs.ts';
import type { Store } from '../store/store.ts';
import { listEvaluations, printEvaluations } from './evaluation-logs.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type BlockName, findBlock, listBlocks, openSweep } from './open-sweep.ts';
import { print, printJson, table } from './output.ts';

export function addLogs(program: Command): void {
  program
    .command('logs')
    .description('what trainers said; without a block, every attempt and how it ended')
    .argument('[block]', 'condition/seed/domain')
    .option('--sweep <sweep>', 'id or its beginning; default: the latest')
    .option('--attempt <n>', 'only this attempt, or this try of an evaluation', Number)
    .option('--evaluation', 'of the evaluations instead, among them condition/seed/base')
    .option('--json', 'JSON')
    .action(
      async (
        label: string | undefined,
        options: { sweep?: string; attempt?: number; evaluation?: boolean; json?: boolean },
      ) => {
        const { plan, store } = await openSweep(options.sweep);
        const { sweep } = plan;
        if (options.evaluation)
          return label === undefined
            ? listEvaluations(store, sweep, options)
            : printEvaluations(store, { sweep, checkpoint: label }, options);
        if (label === undefined) return listAttempts(store, listBlocks(plan), options);
        return printLogs(store, findBlock(plan, label), options);
      },
    );
}

async function listAttempts(
  store: Store,
  blocks: BlockName[],
  options: { json?: boolean },
): Promise<void> {
  const rows: AttemptRow[] = [];
  for (const { key, label } of blocks)
    for (const attempt of await readHistory(store, key)) rows.push(describeAttempt(label, attempt));
  if (options.json) return printJson(rows);
  const cells = rows.map(({ block, attempt, from, result, said }) => [
    block,
    String(attempt),
    String(from),
    result,
    said.split('\n')[0]?.slice(0, 120) ?? '',
  ]);
  return print(table(['BLOCK', 'ATTEMPT', 'FROM STEP', 'RESULT', ''], cells));
}

interface AttemptRow {
  block: string;
  attempt: number;
  from: number;
  result: string;
  said: string;
}

function describeAttempt(block: string, { number, start, outcome }: AttemptHistory): AttemptRow {
  const failure = outcome?.result === 'failed' ? [`${outcome.cause}: ${outcome.message}`] : [];
  const damaged = start?.damaged.map(({ reason }) => `skipped a checkpoint: ${reason}`) ?? [];
  return {
    block,
    attempt: number,
    from: start?.resumedFrom?.step ?? 0,
    result: outcome?.result ?? 'running',
    said: [...failure, ...damaged].join('; '),
  };
}

async function printLogs(
  store: Store,
  block: BlockName,
  options: { attempt?: number; json?: boolean },
): Promise<void> {
  const history = await readHistory(store, block.key);
  const wanted = history.filter(({ number }) => (options.attempt ?? number) === number);
  if (wanted.length === 0)
    throw new CliError(
      EXIT.notFound,
      `block ${block.label} has no such attempt: ${history.length} so far`,
    );
  const logs: { attempt: number; result: string; log: string }[] = [];
  for (const { number, outcome } of wanted) {
    const log = await readTrainingLog(store, block.key, number);
    logs.push({ attempt: number, result: outcome?.result ?? 'running', log });
  }
  if (options.json) return printJson(logs);
  for (const { attempt, result, log } of logs)
    print(`== ${block.label}, attempt ${attempt}: ${result}\n${log || '(no output kept)'}`);
}
