import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type Command, InvalidArgumentError } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { SIGNALS, UPDATES } from '../contract/workflows.ts';
import { Session } from './connect.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { readEnd } from './follow-sweep.ts';
import { openSweep } from './open-sweep.ts';
import { printJson, say, suggest } from './output.ts';
import { readProgress } from './progress.ts';
import { startSweep } from './submit-sweep.ts';

/** Verbs that tell a running sweep what to do: pause, resume, cancel, retry. */
export function addControl(program: Command): void {
  control(program, 'pause', 'stop trainers after a checkpoint and hold the place', async (to) => {
    await to.signal(SIGNALS.pause);
    return 'paused';
  });
  control(program, 'resume', 'go on where the sweep was paused or interrupted', async (to) => {
    if (await to.isRunning()) await to.signal(SIGNALS.resume);
    else await to.start();
    return 'running';
  });
  control(
    program,
    'cancel',
    'stop every lineage, wait until they are gone, and report',
    async (to) => {
      await to.cancel();
      return 'cancelled';
    },
  );
  control(
    program,
    'retry',
    'run what failed or was cancelled again; what is committed stays',
    async (to) => {
      if (await to.isRunning()) await to.signal(SIGNALS.retryFailed);
      else await to.start();
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
        await to.setParallelism(lineages);
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
  isRunning: () => Promise<boolean>;
  signal: (name: string) => Promise<void>;
  start: () => Promise<void>;
  cancel: () => Promise<void>;
  setParallelism: (lineages: number) => Promise<void>;
}

async function withTarget<T>(
  wanted: string | undefined,
  act: (to: Target) => Promise<T>,
): Promise<T> {
  const { home, entry, plan } = await openSweep(wanted);
  const session = await Session.open(home, say);
  const handle = (client: Client) => client.workflow.getHandle(plan.sweep);
  const running = (): Promise<boolean> =>
    session.ask(async (client) =>
      handle(client)
        .describe()
        .then(({ status }) => status.name === 'RUNNING', notFoundIs(false)),
    );
  const requireRunning = async (): Promise<void> => {
    if (await running()) return;
    throw new CliError(
      EXIT.notFound,
      `${plan.sweep} is not running: ratchet status ${plan.sweep} tells more`,
    );
  };
  try {
    return await act({
      sweep: plan.sweep,
      isRunning: running,
      signal: async (name) => {
        await requireRunning();
        await session.ask((client) => handle(client).signal(name));
        await awaitEffect(session, plan, name);
      },
      start: () =>
        session.ask((client) => startSweep(client, { plan, store: entry.store }, entry.plan)),
      cancel: async () => {
        await requireRunning();
        await session.ask((client) => handle(client).cancel());
        while (!(await session.ask((client) => readEnd(handle(client))))) await delay(200);
      },
      setParallelism: async (lineages) => {
        await requireRunning();
        await session.ask((client) =>
          handle(client).executeUpdate(UPDATES.setParallelism, { args: [lineages] }),
        );
      },
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

function notFoundIs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof WorkflowNotFoundError) return value;
    throw error;
  };
}
