import type { Command } from 'commander';
import { locateHome } from '../worker/home.ts';
import { listSweeps } from './catalog.ts';
import type { Session } from './connect.ts';
import { type EndState, readEnd } from './follow-sweep.ts';
import { joinSession, type OpenedSweep, openSweep } from './open-sweep.ts';
import { print, printJson, table } from './output.ts';
import { readProgress, type SweepView } from './progress.ts';
import { drawProgress } from './progress-view.ts';
import { readResults } from './report-files.ts';

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('how a sweep stands; starts nothing')
    .argument('[sweep]', 'id or its beginning; default: the latest')
    .option('--all', 'every sweep of this home')
    .option('--json', 'JSON')
    .action(async (wanted: string | undefined, options: { all?: boolean; json?: boolean }) => {
      if (options.all) return showAll(options);
      const opened = await openSweep(wanted);
      const session = await joinSession(opened.home);
      try {
        const status = await readStatus(opened, session);
        if (options.json) return printJson(status);
        return print(status.view ? drawProgress(status.view, undefined) : describe(status));
      } finally {
        await session?.close();
      }
    });
}

export interface SweepStatus {
  sweep: string;
  file: string;
  submittedAt: string;
  /** `interrupted`: unfinished, and no supervisor runs: `ratchet resume` goes on. */
  state: string;
  /** Cells with a result, of those planned; null before the first report. */
  cells: { planned: number; missing: number } | null;
  view: SweepView | null;
}

export async function readStatus(
  opened: OpenedSweep,
  session: Session | undefined,
): Promise<SweepStatus> {
  const { entry, plan } = opened;
  const { sweep, file, submittedAt } = entry;
  const ended = await session?.ask((client) => readEnd(client.workflow.getHandle(sweep)));
  const running = session !== undefined && ended === undefined;
  const view = running
    ? ((await session.ask((client) => readProgress(client, plan))) ?? null)
    : null;
  const cells = await readResults(entry.store, sweep).then(
    (results) => results.cells,
    () => null,
  );
  const state = running ? (view?.state ?? 'running') : stateOfEnded(ended, cells);
  return { sweep, file, submittedAt, state, cells, view };
}

/** Where Temporal does not know, the store does. */
function stateOfEnded(ended: EndState | undefined, cells: SweepStatus['cells']): string {
  if (ended !== undefined && ended !== 'broken') return ended;
  return cells?.missing === 0 ? 'done' : 'interrupted';
}

function describe(status: SweepStatus): string {
  const { sweep, state, cells, file } = status;
  const done = cells ? `${cells.planned - cells.missing}/${cells.planned} cells` : 'no report yet';
  const hint = state === 'interrupted' ? `   go on with: ratchet resume ${sweep}` : '';
  return `${sweep}   ${state}   ${done}   ${file}${hint}`;
}

async function showAll(options: { json?: boolean }): Promise<void> {
  const home = locateHome();
  const session = await joinSession(home);
  try {
    const statuses: SweepStatus[] = [];
    for (const { sweep } of await listSweeps(home))
      statuses.push(await readStatus(await openSweep(sweep), session));
    if (options.json) return printJson(statuses);
    const rows = statuses.map(({ sweep, state, cells, submittedAt, file }) => [
      sweep,
      state,
      cells ? `${cells.planned - cells.missing}/${cells.planned}` : '-',
      submittedAt.slice(0, 16).replace('T', ' '),
      file,
    ]);
    return print(table(['SWEEP', 'STATE', 'CELLS', 'SUBMITTED', 'FILE'], rows));
  } finally {
    await session?.close();
  }
}
