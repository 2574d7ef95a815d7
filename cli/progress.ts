import {
  type Client,
  isGrpcServiceError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { HeartbeatDetails } from '../contract/activities.ts';
import {
  type BlockFailure,
  type LineageProgress,
  lineageLabel,
  lineageWorkflowId,
  QUERIES,
  type SweepProgress,
} from '../contract/workflows.ts';
import { checkpointsOf, domainsEvaluated } from '../plan/cells.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import { readPayload } from './read-payload.ts';

export type SweepState = SweepProgress['state'] | 'failed' | 'cancelled' | 'budget' | 'interrupted';

/** A sweep as people see it while it runs. */
export interface SweepView {
  sweep: string;
  state: SweepState;
  blocks: { total: number; settled: number };
  cells: { total: number; settled: number };
  lineages: LineageView[];
  failures: BlockFailure[];
  parallelism: number;
  computeSeconds: number;
}

export interface LineageView {
  label: string;
  status: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  blocks: number;
  blocksSettled: number;
  activities: ActivityView[];
  /** A stage runs, or nobody could be asked. */
  isBusy: boolean;
}

export interface ActivityView extends HeartbeatDetails {
  attempt: number;
}

const QUERY_PATIENCE = 5000;

/** Asks the sweep and its running lineages; undefined when Temporal does not know the sweep, or no worker answers. */
export async function readProgress(client: Client, plan: Plan): Promise<SweepView | undefined> {
  const progress = await client
    .withDeadline(Date.now() + QUERY_PATIENCE, () =>
      client.workflow.getHandle(plan.sweep).query<SweepProgress>(QUERIES.progress),
    )
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError || isWorkerAway(error)) return undefined;
      throw error;
    });
  if (!progress) return undefined;
  const answers = await Promise.all(
    listAsked(progress).map((index) => askLineage(client, plan, index)),
  );
  return assemble(plan, progress, new Map(answers));
}

/** A query needs a worker; while that starts again there is nothing to show. */
function isWorkerAway(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return isGrpcServiceError(cause) && WORKER_AWAY.has(cause.code);
}

/** gRPC: deadline exceeded, failed precondition. */
const WORKER_AWAY = new Set([4, 9]);

/** So many running lineages are asked for their details; all of them where it matters whether any still works. */
const LINEAGES_ASKED = 16;

function listAsked({ state, running }: SweepProgress): number[] {
  return state === 'running' ? running.slice(0, LINEAGES_ASKED) : running;
}

type Asked = { progress: LineageProgress; activities: ActivityView[] };

async function askLineage(
  client: Client,
  plan: Plan,
  index: number,
): Promise<[number, Asked | undefined]> {
  const handle = client.workflow.getHandle(
    lineageWorkflowId(plan.sweep, lineageLabel(sweepAxes(plan), index)),
  );
  try {
    return await client.withDeadline(Date.now() + QUERY_PATIENCE, async () => {
      const [progress, description] = await Promise.all([
        handle.query<LineageProgress>(QUERIES.progress),
        handle.describe(),
      ]);
      return [index, { progress, activities: await readHeartbeats(client, description) }];
    });
  } catch {
    return [index, undefined]; // It has just ended, or its worker is away: the next look will tell.
  }
}

/** What the running activities of a lineage last told. */
export async function readHeartbeats(
  client: Client,
  { raw }: WorkflowExecutionDescription,
): Promise<ActivityView[]> {
  const activities = await Promise.all(
    (raw.pendingActivities ?? []).map(async (pending) => {
      const payload = pending.heartbeatDetails?.payloads?.[0];
      const details = payload && (await readPayload<HeartbeatDetails | null>(client, payload));
      return details ? [{ ...details, attempt: pending.attempt ?? 1 }] : [];
    }),
  );
  return activities.flat();
}

function assemble(
  plan: Plan,
  progress: SweepProgress,
  asked: Map<number, Asked | undefined>,
): SweepView {
  const cells = plan.lineages.map((lineage) => countCells(plan, lineage));
  const lineages = plan.lineages.map((lineage, index): LineageView => {
    const blocks = lineage.blocks.length;
    const status = statusOf(progress, index);
    const details = asked.get(index);
    const settled = status === 'waiting' || status === 'running' ? 0 : blocks;
    return {
      label: lineageLabel(sweepAxes(plan), index),
      status,
      blocks,
      blocksSettled: details?.progress.blocksSettled ?? settled,
      activities: details?.activities ?? [],
      isBusy: status === 'running' && details?.progress.activities.length !== 0,
    };
  });
  const cellsRunning = sum([...asked.values()].map((one) => one?.progress.cellsSettled ?? 0));
  const cellsEnded = sum(
    lineages.map(({ status }, index) =>
      status === 'waiting' || status === 'running' ? 0 : (cells[index] ?? 0),
    ),
  );
  return {
    sweep: plan.sweep,
    state: progress.state,
    blocks: {
      total: sum(lineages.map(({ blocks }) => blocks)),
      settled: sum(lineages.map(({ blocksSettled }) => blocksSettled)),
    },
    cells: { total: sum(cells), settled: cellsEnded + cellsRunning },
    lineages,
    failures: [
      ...progress.failed.flatMap(({ failures }) => failures),
      ...[...asked.values()].flatMap((one) => one?.progress.failures ?? []),
    ],
    parallelism: progress.parallelism,
    computeSeconds: progress.ended.computeSeconds,
  };
}

function statusOf(progress: SweepProgress, index: number): LineageView['status'] {
  if (progress.running.includes(index)) return 'running';
  if (progress.again.includes(index) || index >= progress.cursor) return 'waiting';
  if (progress.stopped?.includes(index)) return 'waiting';
  if (progress.cancelled.includes(index)) return 'cancelled';
  return progress.failed.some(({ lineage }) => lineage === index) ? 'failed' : 'done';
}

/** The plan's lineages are condition i mod C of seed floor(i / C). */
export function sweepAxes(plan: Plan): { conditions: string[]; seeds: number[] } {
  return { conditions: plan.spec.conditions.map(({ name }) => name), seeds: plan.spec.seeds };
}

function countCells(plan: Plan, lineage: PlannedLineage): number {
  return sum(checkpointsOf(lineage).map((block) => domainsEvaluated(plan, lineage, block).length));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
