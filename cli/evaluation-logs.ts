import { readEvaluationLog } from '../store/read-logs.ts';
import type { Store } from '../store/store.ts';
import { readTries, type Try } from '../store/tries.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { print, printJson, table } from './output.ts';

interface LogOptions {
  attempt?: number;
  json?: boolean;
}

/** A try at an evaluation, which has no attempts. */
interface Evaluation {
  /** `condition/seed/domain`, or `condition/seed/base`. */
  checkpoint: string;
  /** From 1. */
  number: number;
  one: Try;
}

/** Those of a sweep, in the order in which they were first wanted. */
async function readEvaluations(store: Store, sweep: string): Promise<Evaluation[]> {
  const numbers = new Map<string, number>();
  const tries = (await readTries(store, sweep)).filter(({ stage }) => stage === 'evaluate');
  return tries.map((one) => {
    const checkpoint = `${one.condition}/${one.seed}/${one.block}`;
    const number = (numbers.get(checkpoint) ?? 0) + 1;
    numbers.set(checkpoint, number);
    return { checkpoint, number, one };
  });
}

export async function listEvaluations(
  store: Store,
  sweep: string,
  options: LogOptions,
): Promise<void> {
  const rows = (await readEvaluations(store, sweep)).map(({ checkpoint, number, one }) => ({
    checkpoint,
    try: number,
    pod: one.pod,
    result: resultOf(one),
    said: one.end && 'cause' in one.end ? `${one.end.cause}: ${one.end.message}` : '',
  }));
  if (options.json) return printJson(rows);
  const cells = rows.map(({ checkpoint, pod, result, said, ...row }) => [
    checkpoint,
    String(row.try),
    pod ?? '',
    result,
    said.split('\n')[0]?.slice(0, 120) ?? '',
  ]);
  return print(table(['EVALUATION', 'TRY', 'POD', 'RESULT', ''], cells));
}

/** What the trainer said in each pod that evaluated a checkpoint, or in the one that `attempt` numbers. */
export async function printEvaluations(
  store: Store,
  { sweep, checkpoint }: { sweep: string; checkpoint: string },
  options: LogOptions,
): Promise<void> {
  const all = (await readEvaluations(store, sweep)).filter((one) => one.checkpoint === checkpoint);
  const wanted = all.filter(({ number }) => (options.attempt ?? number) === number);
  if (wanted.length === 0)
    throw new CliError(
      EXIT.notFound,
      `${sweep} has no such evaluation of ${checkpoint}: ${all.length} so far`,
    );
  const logs = await Promise.all(
    wanted.map(async ({ number, one }) => ({
      try: number,
      pod: one.pod,
      result: resultOf(one),
      log: await readEvaluationLog(store, one),
    })),
  );
  if (options.json) return printJson(logs);
  for (const { result, log, ...one } of logs)
    print(
      `== evaluation of ${checkpoint}, try ${one.try}: ${result}\n${log || '(no output kept)'}`,
    );
}

function resultOf({ end }: Try): string {
  return end?.result ?? 'running';
}
