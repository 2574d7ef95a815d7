import type { Command } from 'commander';
import type { BlockFailure } from '../contract/workflows.ts';
import type { Plan } from '../plan/plan.ts';
import { hasResult, inspectBlock } from '../store/blocks.ts';
import { readTries, type Try } from '../store/tries.ts';
import { Session } from './connect.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type ExplainedUnit, explainUnit, type UnitContext } from './explain-units.ts';
import { drawExplained } from './explain-view.ts';
import { listBlocks, openSweep, type OpenedSweep } from './open-sweep.ts';
import { print, printJson, say, terminalWidth } from './output.ts';
import type { SweepView } from './progress.ts';
import { readHistoryFile } from './report-files.ts';
import { readStatus } from './status.ts';

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('what happened to each try, why, what was done about it, and what comes next')
    .argument(
      '[what]',
      'a sweep, condition/seed, or condition/seed/domain; default: the latest sweep',
    )
    .option('--sweep <sweep>', 'id or its beginning; default: the latest')
    .option('--json', 'one JSON object')
    .action(async (what: string | undefined, options: { sweep?: string; json?: boolean }) => {
      const place = what?.includes('/') ? what : undefined;
      const opened = await openSweep(place === undefined ? (what ?? options.sweep) : options.sweep);
      const session = await Session.join(opened.home, say);
      try {
        const explained = await explainSweep(opened, session, place);
        if (options.json) return printJson(explained);
        return print(drawExplained(explained, terminalWidth()));
      } finally {
        await session?.close();
      }
    });
}

export interface ExplainedSweep {
  sweep: string;
  state: string;
  /** Those in trouble, waiting or running; of a named place all that are known. */
  units: ExplainedUnit[];
  /** Units that were done at their first try and are not shown. */
  untroubled: number;
}

async function explainSweep(
  opened: OpenedSweep,
  session: Session | undefined,
  place: string | undefined,
): Promise<ExplainedSweep> {
  const { plan, store } = opened;
  const { state, view } = await readStatus(opened, session);
  const failures = view?.failures ?? (await readFailures(opened));
  const groups = groupTries(plan, await readTries(store, plan.sweep));
  for (const { label, stage } of [...failures, ...listActivities(view)])
    findGroup(groups, label, stage);
  const isWanted = ({ label }: Group): boolean =>
    place === undefined || label === place || label.startsWith(`${place}/`);
  const wanted = groups.filter(isWanted);
  if (place !== undefined && wanted.length === 0) await refuseUnknown(opened, place);
  const units = await Promise.all(
    wanted.map((group) => explainUnit(store, group, contextOf(group, plan, view, failures))),
  );
  const shown = place === undefined ? units.filter((unit) => !isUntroubled(unit)) : units;
  return { sweep: plan.sweep, state, units: shown, untroubled: units.length - shown.length };
}

function isUntroubled({ state, tries }: ExplainedUnit): boolean {
  return state === 'done' && tries.length <= 1;
}

interface Group {
  label: string;
  stage: string;
  tries: Try[];
}

/** By unit of work, in the order in which they were first wanted. */
function groupTries(plan: Plan, tries: Try[]): Group[] {
  const labels = new Map(
    listBlocks(plan).map(({ key, label }) => [`${label.split('/', 2).join('/')} ${key}`, label]),
  );
  const groups = new Map<string, Group>();
  for (const one of tries) {
    const { condition, seed, stage, unit, block } = one;
    const lineage = `${condition}/${seed}`;
    const name = `${lineage} ${stage} ${unit}`;
    const label = labels.get(`${lineage} ${unit}`) ?? `${lineage}/${block}`;
    const group = groups.get(name) ?? { label, stage, tries: [] };
    group.tries.push(one);
    groups.set(name, group);
  }
  return [...groups.values()];
}

/** Where several orders lead to the same domain, the last of them is meant: one trains at a time. */
function findGroup(groups: Group[], label: string, stage: string): void {
  const known = groups.findLast((one) => one.label === label && one.stage === stage);
  if (!known) groups.push({ label, stage, tries: [] });
}

/** What runs now, as its lineage and its heartbeats tell. */
function listActivities(view: SweepView | null): Pick<Group, 'label' | 'stage'>[] {
  return (view?.lineages ?? []).flatMap(({ label, activities }) =>
    activities.map((activity) => {
      const [stage = '', block = ''] = activity.label.split(' ', 2);
      return { label: `${label}/${block}`, stage };
    }),
  );
}

function contextOf(
  { label, stage }: Pick<Group, 'label' | 'stage'>,
  plan: Plan,
  view: SweepView | null,
  failures: BlockFailure[],
): UnitContext {
  const [condition, seed, block] = label.split('/');
  const lineage = view?.lineages.find((one) => one.label === `${condition}/${seed}`);
  const { compute } = plan.spec;
  return {
    isLive: lineage?.status === 'running' || lineage?.status === 'waiting',
    activity: lineage?.activities.find((one) => one.label === `${stage} ${block}`),
    failure: failures.findLast((one) => one.label === label && one.stage === stage),
    startDeadline: compute.kind === 'kubernetes' ? compute.startDeadline : null,
  };
}

/** Of a sweep that ended; none before its report. */
async function readFailures({ entry, plan }: OpenedSweep): Promise<BlockFailure[]> {
  const history = await readHistoryFile(entry.store, plan.sweep).catch((error: unknown) => {
    if (error instanceof CliError) return undefined;
    throw error;
  });
  return (history?.blocks ?? []).flatMap(({ condition, seed, domain, failures }) =>
    failures.map(({ stage, cause, message }) => ({
      block: null,
      label: `${condition}/${seed}/${domain}`,
      stage: stage as BlockFailure['stage'],
      cause: cause as BlockFailure['cause'],
      message,
    })),
  );
}

/** Nothing was tried there: it is stored already, comes later, or is no part of the sweep. */
async function refuseUnknown({ plan, store }: OpenedSweep, place: string): Promise<never> {
  const blocks = listBlocks(plan);
  const own = blocks.filter(({ label }) => label === place || label.startsWith(`${place}/`));
  if (own.length === 0) {
    const some = blocks.slice(0, 4).map(({ label }) => label);
    throw new CliError(
      EXIT.notFound,
      `nothing of ${plan.sweep} is ${place}: it has ${some.join(', ')}`,
    );
  }
  const found = await Promise.all(own.map(({ key }) => inspectBlock(store, key)));
  const stored = found.filter(({ state }) => hasResult(state)).length;
  throw new CliError(
    EXIT.notFound,
    `${plan.sweep} has not tried ${place}: ${stored} of ${own.length} blocks there are stored already, the others come later`,
  );
}
