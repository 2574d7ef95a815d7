import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { type Command, InvalidArgumentError } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { SIGNALS, UPDATES } from '../contract/workflows.ts';
import { Session } from './connect.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type EndState, readEnd } from './follow-sweep.ts';
import { openSweep } from './open-sweep.ts';
import { printJson, say, suggest } from './output.ts';
import { readProgress } from './progress.ts';
import { startSweep } from './submit-sweep.ts';

/** Verbs that tell a running sweep what to do: pause, resume, cancel, retry. */
export function addControl(program: Command): void {
  control(program, 'pause', 'stop trainers after a checkpoint and hold the place', async (to) => {
    if (!(await to.signal(SIGNALS.pause))) throw to.isNotRunning();
    return 'paused';
  });
  control(program, 'resume', 'go on where the sweep was paused or interrupted', async (to) => {
    if (!(await to.signal(SIGNALS.resume))) await to.start();
    return 'running';
  });
  control(
    program,
    'cancel',
    'stop every lineage, wait until they are gone, and report',
    async (to) => {
      const end = await to.cancel();
      if (end === undefined) throw to.isNotRunning();
      return end;
    },
  );
  control(
    program,
    'retry',
    'run what failed or was cancelled again; what is committed stays',
    async (to) => {
      if (!(await to.signal(SIGNALS.retryFailed))) await to.start();
      return 'running';
    },
  );
  program
    .command('parallelism')
    .description('set how many lineages of a running sweep run at once')
    .argument('<lineages>', 'a whole number from 1 to 1000', parseLineages)
    .argument('[sweep]', 'id or its beginning; default: the latest')
    .option('--json', 'one JSON object')
    .action(async (lineages: number, wanted: string | undefined, options: { json?: boolean }) => {
      const sweep = await withTarget(wanted, async (to) => {
        if (!(await to.setParallelism(lineages))) throw to.isNotRunning();
        return to.sweep;
      });
      if (options.json) return printJson({ sweep, parallelism: lineages });
      return say(`${sweep}: at most ${lineages} lineages at once`);
    });
}

function parseLineages(text: string): number {
  const lineages = Number(text);
  if (Number.isInteger(lineages) && lineages >= 1 && lineages <= 1000) return lineages;
  throw new InvalidArgumentError('a whole number from 1 to 1000 was expected.');
}

function control(
  program: Command,
  verb: string,
  description: string,
  act: (to: Target) => Promise<string>,
): void {
  program
    .command(verb)
    .description(description)
    .argument('[sweep]', 'id or its beginning; default: the latest')
    .option('--json', 'one JSON object')
    .action(async (wanted: string | undefined, options: { json?: boolean }) => {
      const { sweep, state } = await withTarget(wanted, async (to) => ({
        sweep: to.sweep,
        state: await act(to),
      }));
      if (options.json) return printJson({ sweep, state });
      say(`${sweep}: ${state}`);
      return suggest(state === 'running' ? `ratchet watch ${sweep}` : `ratchet status ${sweep}`);
    });
}

interface Target {
  sweep: string;
  /** False: it does not run, or ended at that moment. */
  signal: (name: string) => Promise<boolean>;
  setParallelism: (lineages: number) => Promise<boolean>;
  /** How it ended, which may have been before it heard of this; undefined: it did not run. */
  cancel: () => Promise<EndState | undefined>;
  start: () => Promise<void>;
  isNotRunning: () => CliError;
}

async function withTarget<T>(
  wanted: string | undefined,
  act: (to: Target) => Promise<T>,
): Promise<T> {
  const { home, entry, plan } = await openSweep(wanted);
  const session = await Session.open(home, say);
  const ask = <A>(question: (sweep: WorkflowHandle) => Promise<A>): Promise<A> =>
    session.ask((client) => question(client.workflow.getHandle(plan.sweep)));
  const tell = (order: (sweep: WorkflowHandle) => Promise<unknown>): Promise<boolean> =>
    ask((sweep) => order(sweep).then(() => true, falseWhereNotFound));
  try {
    return await act({
      sweep: plan.sweep,
      signal: async (name) => {
        const isTold = await tell((sweep) => sweep.signal(name));
        if (isTold) await awaitEffect(session, plan, name);
        return isTold;
      },
      setParallelism: (lineages) =>
        tell((sweep) => sweep.executeUpdate(UPDATES.setParallelism, { args: [lineages] })),
      cancel: async () => {
        // Temporal takes this for those that have ended, too.
        if (await ask(readEnd)) return undefined;
        await tell((sweep) => sweep.cancel());
        for (;;) {
          const end = await ask(readEnd);
          if (end) return end;
          await delay(200);
        }
      },
      start: () =>
        session.ask((client) => startSweep(client, { plan, store: entry.store }, entry.plan)),
      isNotRunning: () =>
        new CliError(
          EXIT.notFound,
          `${plan.sweep} is not running: ratchet status ${plan.sweep} tells more`,
        ),
    });
  } finally {
    await session.close();
  }
}

/** A pause is done when no trainer runs any more. */
async function awaitEffect(
  session: Session,
  plan: Parameters<typeof readProgress>[1],
  signal: string,
): Promise<void> {
  if (signal !== SIGNALS.pause) return;
  for (;;) {
    const view = await session.ask((client) => readProgress(client, plan));
    if (view && view.state !== 'running' && view.lineages.every(({ isBusy }) => !isBusy)) return;
    await delay(200);
  }
}

function falseWhereNotFound(error: unknown): false {
  if (error instanceof WorkflowNotFoundError) return false;
  throw error;
}
