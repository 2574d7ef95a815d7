import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { describePod, hasCarrierEnded } from '../../k8s/pod-state.ts';
import { FAILED, podOf } from './objects.ts';

const status = { image: 'registry/trainer:1', imageID: '', ready: false, restartCount: 0 };
const waiting = (reason: string, message: string): V1Pod =>
  podOf({
    status: {
      phase: 'Pending',
      containerStatuses: [{ ...status, name: 'trainer', state: { waiting: { reason, message } } }],
    },
  });

test('a suspended Job, and one without a pod, wait for their turn', () => {
  const suspended = { ...FAILED, spec: { suspend: true, template: {} } };
  expect(describePod(suspended, undefined)).toMatchObject({ stage: 'queued' });
  expect(describePod(FAILED, undefined)).toMatchObject({ stage: 'queued' });
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
  const running = { ...status, name: 'trainer', state: { running: {} } };
  expect(describePod(FAILED, podOf({ status: { containerStatuses: [running] } }))).toEqual({
    stage: 'train',
  });
});

test('a carrier that was started again has ended', () => {
  expect(hasCarrierEnded(podOf({ carrier: { exitCode: 1 } }))).toBe(true);
  expect(hasCarrierEnded(podOf({ trainer: { exitCode: 1 } }))).toBe(false);
});
