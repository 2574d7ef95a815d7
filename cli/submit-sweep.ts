import { type Client, WorkflowIdConflictPolicy } from '@temporalio/client';
import { renderTools } from '../data/data-file.ts';
import { writePlan } from '../activities/plans.ts';
import { type Budget, type SweepInput, TASK_QUEUES, WORKFLOWS } from '../contract/workflows.ts';
import { openStore } from '../store/open-store.ts';
import type { Sweep } from '../spec/sweep.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { LoadedSweep } from './load-sweep.ts';
import { sweepAxes } from './progress.ts';
import { readPayload } from './read-payload.ts';

/** Puts the plan and what it was made from into the store. Returns the plan's digest. */
export async function storePlan(loaded: LoadedSweep): Promise<string> {
  const { plan, sources, scripts, suite } = loaded;
  const store = await openStore(loaded.store);
  await Promise.all([
    store.putBlob(renderTools(suite)),
    ...[...sources, ...scripts.sources].map(({ bytes }) => store.putBlob(bytes)),
  ]);
  return writePlan(store, plan);
}

/** Starts the sweep, or finds it running: its id is its content. Throws where the one that runs writes elsewhere. */
export async function startSweep(
  client: Client,
  loaded: Pick<LoadedSweep, 'plan' | 'store'>,
  planDigest: string,
): Promise<void> {
  const { plan, store } = loaded;
  const input: SweepInput = {
    sweep: plan.sweep,
    store,
    plan: planDigest,
    ...sweepAxes(plan),
    parallelism: plan.spec.parallelism,
    ...(plan.spec.budget && { budget: budgetOf(plan.spec.budget) }),
  };
  await client.workflow.start(WORKFLOWS.sweep, {
    workflowId: plan.sweep,
    taskQueue: TASK_QUEUES.control,
    args: [input],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    staticSummary: plan.spec.name,
  });
  const running = await readInput(client, plan.sweep);
  if (running && !(await isSameStore(running.store, store)))
    throw new CliError(
      EXIT.spec,
      `${plan.sweep} is running and writes to ${running.store}, not to ${store}: change the file's \`store\` back to attach to it, or end it with ratchet cancel ${plan.sweep} and run the file again`,
    );
}

function budgetOf({ computeHours, gpuHours }: NonNullable<Sweep['budget']>): Budget {
  return { computeSeconds: toSeconds(computeHours), gpuSeconds: toSeconds(gpuHours) };
}

function toSeconds(hours: number | undefined): number | null {
  return hours === undefined ? null : hours * 3600;
}

/** What the latest run of a sweep was started with. */
async function readInput(client: Client, workflowId: string): Promise<SweepInput | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const payload = started?.input?.payloads?.[0];
  return payload ? readPayload<SweepInput>(client, payload) : undefined;
}

/** One folder may be named in several ways. */
async function isSameStore(one: string, other: string): Promise<boolean> {
  return one === other || (await openStore(one)).url === (await openStore(other)).url;
}
