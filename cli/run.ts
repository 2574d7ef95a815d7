import { hostname } from 'node:os';
import { pathToFileURL } from 'node:url';
import { createLogUpdate } from 'log-update';
import type { Command } from 'commander';
import { createLocalCompute } from '../compute/local-compute.ts';
import { CAUSES, isCauseName } from '../contract/causes.ts';
import { renderTerminal } from '../report/terminal.ts';
import { openStore } from '../store/open-store.ts';
import { cacheFolder, locateHome, openHome } from '../worker/home.ts';
import { recordSweep } from './catalog.ts';
import { checkCounts } from './check-counts.ts';
import { refuseLack, surveyGpus } from './check-gpus.ts';
import { Session } from './connect.ts';
import { CliError, EXIT, type ExitCode } from './exit-codes.ts';
import { type EndState, explainBroken, followSweep } from './follow-sweep.ts';
import { checkForkPoint } from './fork.ts';
import { type LoadedSweep, loadSweep } from './load-sweep.ts';
import { paint, print, printJson, say, suggest } from './output.ts';
import type { SweepView } from './progress.ts';
import { describeProgress, drawProgress, Pace } from './progress-view.ts';
import {
  materialiseReport,
  readHistoryFile,
  readResults,
  type ReportPaths,
} from './report-files.ts';
import { startSweep, storePlan } from './submit-sweep.ts';
import { addSweepOptions, readSweepOptions, type SweepOptions } from './sweep-options.ts';

export interface RunOptions extends SweepOptions {
  json?: boolean;
  detach?: boolean;
}

export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description('run a sweep, or attach to it, until it ends; Ctrl-C detaches')
    .argument('<file>', 'sweep file');
  addSweepOptions(command)
    .option('--detach', 'start it and come back at once')
    .option('--json', 'end with one JSON line: sweep, state, results, report')
    .action(async (file: string, options: RunOptions) => {
      process.exitCode = await runSweep(file, options);
    });
}

/** What every end of a sweep means for the exit code. */
export const END_CODES: Record<EndState, ExitCode> = {
  done: EXIT.done,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
  budget: EXIT.budget,
  detached: EXIT.detached,
  broken: EXIT.failed,
};

export async function runSweep(file: string, options: RunOptions): Promise<ExitCode> {
  const loaded = await loadSweep(file, locateHome(), await readSweepOptions(options));
  const home = openHome();
  refuseLack(file, loaded.sweep, await surveyGpus(loaded.sweep));
  await checkForkPoint(loaded);
  const compute = createLocalCompute({ workFolder: home.work, cache: cacheFolder() });
  await checkCounts(await openStore(loaded.store), compute, loaded);
  const { plan } = loaded;
  const digest = await storePlan(loaded);
  const session = await Session.open(home, say);
  try {
    checkReach(session, loaded.store);
    await session.ask((client) => startSweep(client, loaded, digest));
    await recordSweep(home, {
      sweep: plan.sweep,
      store: loaded.store,
      plan: digest,
      file,
      submittedAt: new Date().toISOString(),
    });
    if (session.ui)
      say(`temporal: ${session.ui}/namespaces/default/workflows/${encodeURIComponent(plan.sweep)}`);
    if (options.detach) {
      finish(options, { sweep: plan.sweep, state: 'running', results: null, report: null });
      suggest(`ratchet watch ${plan.sweep}`);
      return EXIT.done;
    }
    return await attend(session, loaded, options);
  } finally {
    await session.close();
  }
}

/** Workers elsewhere see no folder of this machine's home. */
function checkReach({ deployed }: Session, store: string): void {
  const isOurs = store === pathToFileURL(locateHome().store).href;
  if (!isOurs || deployed.length === 0 || deployed.some(({ host }) => host === hostname())) return;
  throw new CliError(
    EXIT.spec,
    `workers are deployed on ${deployed.map(({ host }) => host).join(', ')}, which do not reach ${store}: name a \`store\` in the sweep file that they reach too`,
  );
}

/** Follows to the end and shows what came out. */
export async function attend(
  session: Session,
  loaded: Pick<LoadedSweep, 'plan' | 'store'>,
  options: RunOptions,
): Promise<ExitCode> {
  const { plan } = loaded;
  const stop = new AbortController();
  const detach = (): void => stop.abort();
  process.once('SIGINT', detach);
  const display = createDisplay();
  const ended = await followSweep(session, plan, display.show, stop.signal);
  display.end();
  process.off('SIGINT', detach);
  if (ended === 'detached') {
    say(`detached: the sweep goes on. Come back with: ratchet watch ${plan.sweep}`);
    finish(options, { sweep: plan.sweep, state: 'running', results: null, report: null });
    return EXIT.detached;
  }
  if (ended === 'broken') {
    const why = await session.ask((client) => explainBroken(client.workflow.getHandle(plan.sweep)));
    finish(options, { sweep: plan.sweep, state: 'broken', results: null, report: null });
    throw new CliError(
      EXIT.failed,
      `the sweep ${plan.sweep} broke off: ${why}\nrun its file again to go on: what is committed stays`,
    );
  }
  await sayWhatHappened(loaded.store, plan.sweep);
  const paths = await materialiseReport(loaded.store, plan.sweep);
  if (!options.json) print(renderTerminal(await readResults(loaded.store, plan.sweep), paint));
  finish(options, { sweep: plan.sweep, state: ended, ...paths });
  if (!options.json) say(`report: ${paths.report}`);
  if (ended === 'budget')
    say(
      'its budget is used up: raise it in the file and run that again, nothing is computed twice',
    );
  if (ended === 'failed') suggest(`ratchet explain ${plan.sweep}`);
  return END_CODES[ended];
}

/** Failures with what mends them, and damage that was made good. */
async function sayWhatHappened(store: string, sweep: string): Promise<void> {
  const { blocks } = await readHistoryFile(store, sweep);
  for (const { condition, seed, domain, damage, failures } of blocks) {
    const block = `${condition}/${seed}/${domain}`;
    for (const what of damage) say(`damaged and made good: ${block}: ${what}`);
    for (const { stage, cause, message } of failures) {
      say(`failed: ${block}: ${stage}: ${cause}: ${message}`);
      if (isCauseName(cause)) say(`  mend: ${CAUSES[cause].mend}`);
    }
  }
}

function finish(
  options: RunOptions,
  line: { sweep: string; state: string } & { [K in keyof ReportPaths]: string | null },
): void {
  if (options.json) printJson(line);
}

interface Display {
  show: (view: SweepView) => void;
  end: () => void;
}

/** Redrawn on a terminal; elsewhere a line when something changed, at most every few seconds. */
function createDisplay(): Display {
  const pace = new Pace();
  if (process.stderr.isTTY) {
    const draw = createLogUpdate(process.stderr);
    return {
      show: (view) => draw(drawProgress(view, pace.estimate(view, performance.now()))),
      end: () => draw.done(),
    };
  }
  let last = '';
  let lastAt = -Infinity;
  return {
    show: (view) => {
      const now = performance.now();
      const line = describeProgress(view, undefined);
      const eta = pace.estimate(view, now);
      if (line === last || now - lastAt < 5000) return;
      [last, lastAt] = [line, now];
      say(describeProgress(view, eta));
    },
    end: () => undefined,
  };
}
