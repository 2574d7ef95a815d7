import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { openMeter, unitOf } from '../../activities/account.ts';
import { evaluateInPod, trainInPod, type UnitHooks } from '../../activities/run-in-pod.ts';
import type { Task } from '../../activities/task.ts';
import type { ComputeProgress } from '../../compute/compute.ts';
import type { PlacedUnit } from '../../contract/activities.ts';
import { makeJob } from '../../k8s/manifest.ts';
import { claimAttempt, recordOutcome } from '../../store/attempts.ts';
import { blobPath } from '../../store/layout.ts';
import { readEvaluationLog } from '../../store/read-logs.ts';
import type { Store } from '../../store/store.ts';
import { readTries } from '../../store/tries.ts';
import { FakeCluster } from '../k8s/fake-cluster.ts';
import { FAILED, podOf, requestOf, settingsOf } from '../k8s/objects.ts';
import { planOf } from '../plan/study.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { ownerElsewhere, text } from '../store/support.ts';
import { manifestOf, noPatience } from '../store/worker.ts';

afterEach(() => vi.unstubAllEnvs());

/** Two conditions of a sweep, whose first block is the same: replay has nothing to repeat there. */
function openTasks(store: Store, namespace: string): Task[] {
  const plan = planOf({
    compute: { kind: 'kubernetes', namespace, image: 'registry.example.org/trainer:1' },
    store: 's3://bucket/ratchet',
    conditions: { plain: { trace: 'keep' }, replay: { trace: 'keep', replay: 0.5 } },
    seeds: 1,
  });
  const trainer = { ...plan.trainer, command: ['true'] };
  return plan.lineages.map((lineage) => {
    return { store, plan, lineage, block: 0, trainer, label: 'travel' };
  });
}

/** As a worker does it, until the test ends. */
function follow<T>(
  act: (task: Task, unit: PlacedUnit, hooks: UnitHooks) => Promise<T>,
  task: Task,
): { told: ComputeProgress[]; end: Promise<T> } {
  const { store, plan, lineage, block } = task;
  const unit = {
    store: store.url,
    plan: '',
    sweep: plan.sweep,
    lineage: plan.lineages.indexOf(lineage),
    block,
  };
  const told: ComputeProgress[] = [];
  const stop = new AbortController();
  const end = act(task, unit, {
    signal: stop.signal,
    leave: () => Promise.resolve(true),
    meter: openMeter(act === evaluateInPod ? 'evaluate' : 'train', task, unit),
    onProgress: (progress) => told.push(progress),
  });
  end.catch(() => undefined); // Whoever looks at it may not have come to it yet.
  onTestFinished(() => {
    stop.abort(new Error('the test ended'));
    return end.then(
      () => undefined,
      () => undefined,
    );
  });
  return { told, end };
}

/** The pod of somebody trained the block, and nobody has committed it yet. */
async function train(store: Store, key: string): Promise<void> {
  const claim = await claimAttempt(store, key, ownerElsewhere(), noPatience());
  if (claim.state !== 'claimed') throw new Error(claim.state);
  const file = { name: 'weights', ...(await store.putBlob(text(key))) };
  const done = { result: 'done', step: 6, manifest: manifestOf(key, [file]), computeSeconds: 9 };
  await recordOutcome(store, claim.attempt, { ...done, result: 'done' });
}

test("what another condition's pod computed costs nothing where it is taken over", async () => {
  const store = new MemoryStore();
  const cluster = await new FakeCluster('taken-over').start();
  const [plain, replay] = openTasks(store, cluster.namespace);
  if (!plain || !replay) throw new Error('two lineages were asked for');
  const key = unitOf('train', plain);
  expect(unitOf('train', replay)).toBe(key);
  const unit = { ...requestOf().unit, store: store.url, sweep: plain.plan.sweep };
  const settings = settingsOf({ namespace: cluster.namespace });
  const request = requestOf({ key, unit, settings, condition: 'plain', block: 'travel' });
  const { name = '' } = cluster.jobs.put(makeJob(request)).metadata ?? {};

  const { told, end } = follow(trainInPod, replay);
  await expect.poll(() => told, { timeout: 10_000 }).not.toEqual([]);
  await train(store, key);
  cluster.jobs.remove(name);
  expect(await end).toEqual({ attempt: 1, computeSeconds: 0 });
  const message = `plain/1/travel of ${plain.plan.sweep} computes the same, in Job ${name}`;
  expect(told).toContainEqual(expect.objectContaining({ stage: 'waiting', message }));
  // Doctor takes a Job that somebody tells of for one that is followed.
  expect(told.every((progress) => !('job' in progress))).toBe(true);
  expect(await readTries(store, replay.plan.sweep)).toEqual([]);
  expect(cluster.created).toEqual([]);
});

test('what the trainer said in a pod that evaluates is in the store when the pod is gone', async () => {
  const cluster = await new FakeCluster('says').start();
  const store = new MemoryStore();
  const [planned] = openTasks(store, cluster.namespace);
  if (!planned) throw new Error('a lineage was asked for');
  const { plan } = planned;
  for (const { prompts, gold } of plan.heldOut)
    for (const { sha256 } of [prompts, gold])
      await store.replace(blobPath(sha256), new Uint8Array(100));
  await store.replace(blobPath(plan.tools), new Uint8Array(100));
  const { end } = follow(evaluateInPod, { ...planned, block: null, label: 'base' });
  await expect.poll(() => cluster.created, { timeout: 10_000 }).toHaveLength(1);
  const [job] = cluster.jobs.all();
  cluster.logs.set('pod-1', 'loading\nValueError: no chat template\n');
  const labels = { 'batch.kubernetes.io/controller-uid': job?.metadata?.uid ?? '' };
  const pod = podOf({ trainer: { exitCode: 1, message: 'no chat template' } });
  cluster.pods.put({ ...pod, metadata: { name: 'pod-1', namespace: cluster.namespace, labels } });
  cluster.jobs.put({ ...job, status: FAILED.status ?? {} });
  await expect(end).rejects.toMatchObject({ causeName: 'trainer-bug' });
  expect(await readEvaluationLog(store, { key: plan.sweep, pod: 'pod-1' })).toBe(
    'loading\nValueError: no chat template\n',
  );
});
