import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { endAttempt } from '../activities/end-attempt.ts';
import { CausedError, CAUSES } from '../contract/causes.ts';
import { lineageWorkflowId, TASK_QUEUES, WORKFLOWS } from '../contract/workflows.ts';
import type { OwnJob } from '../k8s/list-jobs.ts';
import type { Sweep } from '../spec/sweep.ts';
import { inspectBlock } from '../store/blocks.ts';
import { openStore } from '../store/open-store.ts';
import { StoreError } from '../store/store.ts';
import { readTry, writeTry } from '../store/tries.ts';
import type { Home } from '../worker/home.ts';
import { TemporalUnusable } from '../worker/temporal-server.ts';
import { type Check, failed, passed } from './check.ts';
import { Session } from './connect.ts';
import { say } from './output.ts';
import { readHeartbeats } from './progress.ts';

/** A person waits for the answer. */
const PATIENCE = 5_000;
const NAME = 'orphans';

/**
 * Jobs in the cluster that no sweep follows any more: their workflows were terminated by hand, or their work is done. What
 * another Temporal server may own is told and left alone.
 */
export async function checkOrphans({ compute }: Sweep, home: Home): Promise<Check[]> {
  if (compute.kind !== 'kubernetes') return [];
  const { listJobs, removeOwn } = await import('../k8s/list-jobs.ts');
  let session: Session | undefined;
  try {
    session = await Session.join(home, say);
    const jobs = await listJobs(compute, PATIENCE);
    if (jobs.length === 0)
      return [passed(NAME, `no Job of ours in namespace ${compute.namespace}`)];
    if (!session) {
      const found = `${jobs.length} Jobs of ours, and no worker runs that could tell whose they are`;
      return [failed(NAME, found, 'run doctor again while a sweep or `ratchet worker` runs')];
    }
    const owners = await session.ask((client) => judgeJobs(client, jobs));
    const orphans = jobs.filter((_, index) => owners[index] === 'nobody');
    const unknown = jobs.filter((_, index) => owners[index] === 'unknown');
    return [
      judgeOrphans(jobs, orphans, async (job) => {
        const gone = await removeOwn(compute, job);
        // What a lost node still runs keeps its claim.
        if (gone) await settle(job);
        return gone;
      }),
      ...(unknown.length > 0 ? [judgeUnknown(unknown)] : []),
    ];
  } catch (error) {
    // Which the check of Temporal tells.
    if (error instanceof TemporalUnusable) return [];
    return [describeRefusal(error)];
  } finally {
    await session?.close();
  }
}

/** `remove` says whether the Job and its pod are gone. */
export function judgeOrphans(
  jobs: OwnJob[],
  orphans: OwnJob[],
  remove: (job: OwnJob) => Promise<boolean>,
): Check {
  if (orphans.length === 0) return passed(NAME, `${jobs.length} Jobs, each followed by its sweep`);
  const found = `${orphans.length} of ${jobs.length} Jobs, which nobody follows: ${orphans.map(describeJob).join(', ')}`;
  return {
    ...failed(NAME, found, 'ratchet doctor FILE --fix removes them; their pods save a checkpoint'),
    fix: () => removeAll(orphans, remove).catch(describeRefusal),
  };
}

async function removeAll(
  orphans: OwnJob[],
  remove: (job: OwnJob) => Promise<boolean>,
): Promise<Check> {
  const gone = await Promise.all(orphans.map(remove));
  const left = orphans.filter((_, index) => !gone[index]);
  if (left.length === 0)
    return passed(
      NAME,
      `${orphans.length} Jobs removed, and their pods are gone: ${orphans.map(({ name }) => name).join(', ')}`,
    );
  return failed(
    NAME,
    `${left.length} of ${orphans.length} Jobs are deleted, but their pods do not end: ${left.map(describeJob).join(', ')}`,
    'see `kubectl get pods -o wide`: such a pod ends when its node answers or is removed from the cluster',
  );
}

function describeRefusal(error: unknown): Check {
  if (!(error instanceof CausedError)) throw error;
  return failed(NAME, error.message, CAUSES[error.causeName].mend);
}

function judgeUnknown(jobs: OwnJob[]): Check {
  const found = `${jobs.length} Jobs of sweeps that this Temporal server does not know: ${jobs.map(describeJob).join(', ')}`;
  return passed(NAME, `${found}; if no other server does: kubectl delete job NAME`);
}

function describeJob({ name, condition, seed, block, stage }: OwnJob): string {
  return `${name} (${stage} ${condition}/${seed}/${block})`;
}

type Owner = 'lineage' | 'nobody' | 'unknown';

async function judgeJobs(client: Client, jobs: OwnJob[]): Promise<Owner[]> {
  const followed = await findFollowed(client);
  return Promise.all(
    jobs.map(async (job) => (followed.has(job.name) ? 'lineage' : findOwner(client, job))),
  );
}

/** Names of the Jobs that running lineages tell of: only who made one does, not who waits for it. */
async function findFollowed(client: Client): Promise<Set<string>> {
  const running = `ExecutionStatus = "Running" AND WorkflowType = "${WORKFLOWS.lineage}" AND TaskQueue = "${TASK_QUEUES.control}"`;
  const followed = new Set<string>();
  for await (const { workflowId, runId } of client.workflow.list({ query: running })) {
    const lineage = await client.workflow.getHandle(workflowId, runId).describe();
    for (const { job } of await readHeartbeats(client, lineage))
      if (job !== undefined) followed.add(job);
  }
  return followed;
}

/** Nothing was heard of it: its lineage may be between two tries, has ended, or has gone on. */
async function findOwner(client: Client, job: OwnJob): Promise<Owner> {
  const { sweep, condition, seed } = job;
  try {
    const id = lineageWorkflowId(sweep, `${condition}/${seed}`);
    const { status } = await client.workflow.getHandle(id).describe();
    const isRunning = status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW';
    return isRunning && !(await isDone(job)) ? 'lineage' : 'nobody';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'unknown';
    throw error;
  }
}

/** A block that stands needs no Job any more; one whose store cannot be asked may. */
async function isDone({ stage, store, key }: OwnJob): Promise<boolean> {
  if (stage !== 'train') return false;
  return unlessAway(
    false,
    async () => (await inspectBlock(await openStore(store), key)).state === 'intact',
  );
}

/** Nobody else ends what its pod had begun: the claim would have to lapse, and its account would stay open. */
function settle({ store: url, sweep, stage, key, pod }: OwnJob): Promise<void> {
  return unlessAway(undefined, async () => {
    const store = await openStore(url);
    if (stage === 'train')
      await endAttempt(store, key, pod, { result: 'interrupted', reason: 'removed by doctor' });
    const one = pod === undefined ? undefined : await readTry(store, sweep, pod);
    if (!one || one.end) return;
    const seenAt = new Date().toISOString();
    await writeTry(store, { ...one, state: 'ended', seenAt, end: { result: 'stopped' } });
  });
}

/** Pods may reach a store that we do not. */
async function unlessAway<T>(otherwise: T, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof StoreError) return otherwise;
    throw error;
  }
}
