import { gatherLedger } from '../activities/gather-ledger.ts';
import { addSpending, type LedgerRow, NO_SPENDING, SPENDING } from '../contract/ledger.ts';
import {
  describeWarning,
  mergeWarnings,
  type TrainerWarning,
} from '../contract/trainer-warnings.ts';
import { duration } from '../metrics/numbers.ts';
import { pc } from './colors.ts';
import { type Command, InvalidArgumentError } from 'commander';
import { locateHome } from '../worker/home.ts';
import { listSweeps } from './catalog.ts';
import { Session } from './connect.ts';
import { type EndState, readEnd } from './follow-sweep.ts';
import { type OpenedSweep, openSweep } from './open-sweep.ts';
import { print, printJson, say, table } from './output.ts';
import { readProgress, type SweepView } from './progress.ts';
import { drawProgress } from './progress-view.ts';
import { readResults } from './report-files.ts';

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('how a sweep stands; starts nothing')
    .argument('[sweep]', 'id or its beginning; default: the latest')
    .option('--all', 'every sweep of this home')
    .option('--tag <key=value>', 'every sweep with this tag; again for each', collectTag)
    .option('--json', 'JSON')
    .action(async (wanted: string | undefined, options: StatusOptions) => {
      if (options.all || options.tag) return showAll(options);
      const opened = await openSweep(wanted);
      const session = await Session.join(opened.home, say);
      try {
        const status = await readStatus(opened, session);
        if (options.json) return printJson(status);
        const stands = status.view ? drawProgress(status.view, undefined) : describe(status);
        const warned = status.warnings.map((one) => pc.yellow(`! ${describeWarning(one)}`));
        return print([stands, ...warned, ...describeCost(status.ledger)].join('\n'));
      } finally {
        await session?.close();
      }
    });
}

interface StatusOptions {
  all?: boolean;
  tag?: [string, string][];
  json?: boolean;
}

function collectTag(text: string, before: [string, string][] = []): [string, string][] {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new InvalidArgumentError('key=value was expected, like team=tools.');
  return [...before, [key, value]];
}

export interface SweepStatus {
  sweep: string;
  tags: Record<string, string>;
  notes: string | null;
  file: string;
  submittedAt: string;
  /** `interrupted`: unfinished, and no supervisor runs: `ratchet resume` goes on. */
  state: string;
  /** Cells with a result, of those planned; null before the first report. */
  cells: { planned: number; missing: number } | null;
  view: SweepView | null;
  /** What it cost so far, by condition and seed. */
  ledger: LedgerRow[];
  /** What trainers warned of, over all tries. */
  warnings: TrainerWarning[];
}

export async function readStatus(
  opened: OpenedSweep,
  session: Session | undefined,
): Promise<SweepStatus> {
  const { entry, plan, store } = opened;
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
  const { tags, notes = null } = plan.spec;
  const { rows: ledger, tries } = await gatherLedger(store, sweep);
  const warnings = mergeWarnings(tries.map((one) => one.warnings));
  return { sweep, tags, notes, file, submittedAt, state, cells, view, ledger, warnings };
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
  const tags = describeTags(status.tags);
  return [
    `${sweep}   ${state}   ${done}   ${file}${hint}`,
    ...(tags === '' ? [] : [`tags: ${tags}`]),
    ...(status.notes === null ? [] : [`notes: ${status.notes}`]),
  ].join('\n');
}

/** A line for each kind of device. */
function describeCost(ledger: LedgerRow[]): string[] {
  const units = [...new Set(ledger.map(({ unit }) => unit))];
  return units.map((unit) => {
    const own = ledger.filter((row) => row.unit === unit).map(({ spending }) => spending);
    const sum = own.reduce(addSpending, NO_SPENDING);
    const { useful, queued } = sum;
    const parts = SPENDING.filter((part) => part !== 'useful' && part !== 'queued')
      .filter((part) => sum[part] > 0)
      .map((part) => `${duration(sum[part])} ${part}`);
    const waited = queued > 0 ? [`${duration(queued)} waiting in queues`] : [];
    return pc.dim(
      `${unit} time: ${[`${duration(useful)} useful`, ...parts, ...waited].join(' · ')}`,
    );
  });
}

function describeTags(tags: SweepStatus['tags']): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

async function showAll({ tag = [], json }: StatusOptions): Promise<void> {
  const home = locateHome();
  const session = await Session.join(home, say);
  try {
    const statuses: SweepStatus[] = [];
    for (const { sweep } of await listSweeps(home)) {
      const opened = await openSweep(sweep);
      const { tags } = opened.plan.spec;
      if (tag.every(([key, value]) => Object.hasOwn(tags, key) && tags[key] === value))
        statuses.push(await readStatus(opened, session));
    }
    if (json) return printJson(statuses);
    const rows = statuses.map(({ sweep, state, cells, submittedAt, file, tags, notes }) => [
      sweep,
      state,
      cells ? `${cells.planned - cells.missing}/${cells.planned}` : '-',
      submittedAt.slice(0, 16).replace('T', ' '),
      file,
      describeTags(tags),
      notes?.split('\n')[0]?.slice(0, 60) ?? '',
    ]);
    const header = ['SWEEP', 'STATE', 'CELLS', 'SUBMITTED', 'FILE', 'TAGS', 'NOTES'];
    return print(table(header, rows));
  } finally {
    await session?.close();
  }
}
