import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { describePod, hasCarrierEnded, isWithdrawn } from '../../k8s/pod-state.ts';
import { sightPod } from '../../k8s/pod-times.ts';
import { FAILED, podOf, startingPodOf } from './objects.ts';

const status = { image: 'registry/trainer:1', imageID: '', ready: false, restartCount: 0 };
const time = (second: number): Date => new Date(Date.UTC(2026, 0, 2, 3, 0, second));
const waiting = (reason: string, message: string): V1Pod =>
  startingPodOf({ trainer: { waiting: { reason, message } } });

test('a suspended Job, and one without a pod, wait for their turn', () => {
  const suspended = { ...FAILED, spec: { suspend: true, template: {} } };
  expect(describePod(suspended, undefined)).toMatchObject({ stage: 'queued' });
  expect(describePod(FAILED, undefined)).toMatchObject({ stage: 'queued' });
});

test('a pod that a queue took back is no pod of its Job, whose turn has come again since', () => {
  const pod = podOf({ status: { phase: 'Running' } });
  const leaving = { ...pod, metadata: { creationTimestamp: time(1), deletionTimestamp: time(2) } };
  const job = { ...FAILED, spec: { template: {} } };
  const suspended = { ...job, spec: { suspend: true, template: {} } };
  expect(isWithdrawn(suspended, leaving)).toBe(true);
  const again = { ...job, status: { startTime: time(3) } };
  expect(isWithdrawn(again, leaving)).toBe(true);
  expect(describePod(again, leaving)).toMatchObject({ stage: 'queued' });
  expect(isWithdrawn(again, { ...leaving, metadata: { creationTimestamp: time(4) } })).toBe(false);
  expect(isWithdrawn({ ...job, status: { startTime: time(0) } }, leaving)).toBe(false);
});

test("a pod that no node takes says so in the scheduler's words", () => {
  const message = '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.';
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
  expect(describePod(FAILED, podOf({ status: { conditions } }))).toEqual({
    stage: 'unschedulable',
    message,
    cause: 'unschedulable',
  });
});

test('a pod that the scheduler has not looked at yet waits as one that no node takes', () => {
  expect(describePod(FAILED, podOf({ status: { phase: 'Pending' } }))).toMatchObject({
    stage: 'queued',
    cause: 'unschedulable',
  });
});

test('while its carrier prepares the job nothing holds a pod up, and the carrier says how far it is', () => {
  const waits: V1ContainerState = { waiting: { reason: 'PodInitializing' } };
  const carrier: V1ContainerState = { running: { startedAt: time(1) } };
  const prepares = startingPodOf({ carrier, trainer: waits });
  expect(describePod(FAILED, prepares)).toEqual({ stage: 'starting', speaks: true });
  const prepared = startingPodOf({ carrier, started: true, trainer: waits });
  expect(describePod(FAILED, prepared)).toEqual({ stage: 'starting', cause: 'start-deadline' });
});

test.each([
  ['ErrImagePull', 'rpc error: code = NotFound desc = failed to pull: not found', 'failed'],
  [
    'ImagePullBackOff',
    'Back-off pulling image "registry/trainer:1": ErrImagePull: rpc error: not found',
    'failed',
  ],
  ['ImagePullBackOff', 'Back-off pulling image "registry/trainer:1"', 'paused'],
])('%s: %s: of its last pull a kubelet tells that it %s', (reason, message, pull) => {
  expect(describePod(FAILED, waiting(reason, message))).toMatchObject({ pull });
});

/** Messages of containerd 1.6 and 2. */
test.each([
  [
    'ErrImagePull',
    'failed to resolve reference: pull access denied, authorization failed',
    'image-refused',
  ],
  ['ErrImagePull', 'unexpected status from HEAD request: 403 Forbidden', 'image-refused'],
  [
    'ImagePullBackOff',
    'rpc error: code = NotFound desc = failed to pull: not found',
    'image-missing',
  ],
  [
    'ErrImageNeverPull',
    'Container image is not present with pull policy of Never',
    'image-missing',
  ],
  ['ErrImagePull', 'dial tcp 10.0.0.1:443: connect: connection refused', 'registry-unreachable'],
  [
    'ErrImagePull',
    'dial tcp: lookup registry on 10.0.0.2:53: no such host',
    'registry-unreachable',
  ],
  ['InvalidImageName', 'invalid reference format', 'configuration'],
  ['CreateContainerConfigError', 'secret "store" not found', 'start-deadline'],
  ['ContainerCreating', '', 'start-deadline'],
])('%s: %s is starting, and fails with %s', (reason, message, cause) => {
  const { stage, cause: found } = describePod(FAILED, waiting(reason, message));
  expect([stage, found]).toEqual(['starting', cause]);
});

const isHopeless = (message: string): boolean | undefined =>
  describePod(FAILED, waiting('ErrImagePull', message)).hopeless;

test('more tries help where the registry is away, and nowhere else', () => {
  expect(isHopeless('connection refused')).toBe(false);
  expect(isHopeless('not found')).toBe(true);
  expect(isHopeless('denied')).toBe(true);
});

test('it runs once its trainer does: from then on nothing holds it up', () => {
  const running = startingPodOf({
    carrier: { running: {} },
    started: true,
    trainer: { running: {} },
  });
  expect(describePod(FAILED, running)).toEqual({ stage: 'train', speaks: true });
});

test('a carrier that was started again has ended', () => {
  expect(hasCarrierEnded(podOf({ carrier: { exitCode: 1 } }))).toBe(true);
  expect(hasCarrierEnded(podOf({ trainer: { exitCode: 1 } }))).toBe(false);
});

test('what a pod reached when is told by the cluster, its end only when every container has ended', () => {
  const job = { ...FAILED, metadata: { uid: 'u1', creationTimestamp: time(0) } };
  const imageID = `registry/trainer@sha256:${'0f'.repeat(32)}`;
  const trainer = { ...status, imageID, name: 'trainer' };
  const conditions = [{ type: 'PodScheduled', status: 'True', lastTransitionTime: time(2) }];
  const running = { running: { startedAt: time(9) } };
  const ended = { terminated: { exitCode: 0, startedAt: time(9), finishedAt: time(30) } };
  const pod = (state: object, carrier: object): V1Pod =>
    podOf({
      status: {
        conditions,
        containerStatuses: [{ ...trainer, state }],
        initContainerStatuses: [{ ...status, name: 'carrier', state: carrier }],
      },
    });
  const seen = {
    uid: 'u1',
    node: 'n1',
    image: imageID,
    queuedAt: time(0).toISOString(),
    startingAt: time(2).toISOString(),
    runningAt: time(9).toISOString(),
    endedAt: null,
  };
  expect(sightPod(job, pod(running, running))).toMatchObject(seen);
  expect(sightPod(job, pod(ended, running))).toMatchObject(seen);
  const finished = { terminated: { exitCode: 0, finishedAt: time(33) } };
  expect(sightPod(job, pod(ended, finished))).toMatchObject({
    ...seen,
    endedAt: time(33).toISOString(),
  });
  expect(sightPod(job, waiting('ContainerCreating', '')).image).toBeNull();
  expect(sightPod(job, undefined)).toMatchObject({ pod: null, startingAt: null, runningAt: null });
});
