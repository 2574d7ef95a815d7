import { type Client, WorkflowIdConflictPolicy } from '@temporalio/client';
import { renderTools } from '../data/data-file.ts';
import { writePlan } from '../activities/plans.ts';
import { type SweepInput, TASK_QUEUES, WORKFLOWS } from '../contract/workflows.ts';
import { openStore } from '../store/open-store.ts';
import type { Home } from '../worker/home.ts';
import { recordSweep } from './catalog.ts';
import type { LoadedSweep } from './load-sweep.ts';
import { sweepAxes } from './progress.ts';

/** Puts the plan and what it was made from into the store, and into the catalog of this home. */
export async function storePlan(loaded: LoadedSweep, home: Home): Promise<string> {
  const { plan, sources, scripts, suite } = loaded;
  const store = await openStore(loaded.store);
  await Promise.all([
    store.putBlob(renderTools(suite)),
    ...[...sources, ...scripts.sources].map(({ bytes }) => store.putBlob(bytes)),
  ]);
  const digest = await writePlan(store, plan);
  await recordSweep(home, {
    sweep: plan.sweep,
    store: loaded.store,
    plan: digest,
    file: loaded.file,
    submittedAt: new Date().toISOString(),
  });
  return digest;
}

/** Starts the sweep, or finds it running: its id is its content. */
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
    computeBudgetSeconds: plan.spec.budget ? plan.spec.budget.computeHours * 3600 : null,
  };
  await client.workflow.start(WORKFLOWS.sweep, {
    workflowId: plan.sweep,
    taskQueue: TASK_QUEUES.control,
    args: [input],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    staticSummary: plan.spec.name,
  });
}
