import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { describePod } from '../../k8s/pod-state.ts';
import { StartDeadline } from '../../k8s/start-deadline.ts';
import { FAILED, podOf, startingPodOf } from './objects.ts';

const DEADLINE = 1800;
const IMAGE = 'registry/trainer:1';
const MISSING = `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": not found`;
const AWAY = 'dial tcp 10.0.0.1:443: connect: connection refused';

const waits = (reason: string, message?: string): V1ContainerState => ({
  waiting: { reason, ...(message === undefined ? {} : { message }) },
});
const pulled = (message: string): V1Pod =>
  startingPodOf({ carrier: waits('ErrImagePull', message) });

/** As kubelets word it since Kubernetes 1.32, and before. */
const KUBELETS = {
  'of 1.36': (message: string): V1Pod =>
    startingPodOf({
      carrier: waits(
        'ImagePullBackOff',
        `Back-off pulling image "${IMAGE}": ErrImagePull: ${message}`,
      ),
    }),
  'of 1.31': (): V1Pod =>
    startingPodOf({ carrier: waits('ImagePullBackOff', `Back-off pulling image "${IMAGE}"`) }),
};

const UNSCHEDULABLE = podOf({
  status: { conditions: [{ type: 'PodScheduled', status: 'False', message: 'no GPU' }] },
});
const CREATING = startingPodOf({ carrier: waits('ContainerCreating') });
const PREPARING = startingPodOf({ carrier: { running: {} }, trainer: waits('PodInitializing') });
const PREPARED = startingPodOf({
  carrier: { running: {} },
  started: true,
  trainer: waits('PodInitializing'),
});

/** Pods as they are seen one second after the other. Returns when it is given up, and for what. */
function watch(seconds: Iterable<V1Pod>): string | undefined {
  const deadline = new StartDeadline(DEADLINE);
  let second = 0;
  for (const pod of seconds) {
    const state = deadline.recall(describePod(FAILED, pod));
    const stuck = deadline.judge(state, second * 1000);
    if (stuck) return `${second}: ${stuck.cause}: ${stuck.message}`;
    second += 1;
  }
  return undefined;
}

const times = (count: number, ...pods: V1Pod[]): V1Pod[] => Array(count).fill(pods).flat();

test.each(Object.entries(KUBELETS))(
  'an image that does not exist is given up after a second try by a kubelet %s',
  (_version, paused) => {
    const seen = [...times(2, pulled(MISSING)), ...times(9, paused(MISSING)), pulled(MISSING)];
    expect(watch(times(3, ...seen))).toMatch(/^20: image-missing: .*: not found$/);
  },
);

test.each(Object.entries(KUBELETS))(
  'a registry that is away has time until the start deadline by a kubelet %s',
  (_version, paused) => {
    const seen = [pulled(AWAY), ...times(9, paused(AWAY))];
    expect(watch(times(200, ...seen))).toMatch(
      /^1800: registry-unreachable: not started within 1800 s: .*connection refused$/,
    );
  },
);

test('a registry that answers otherwise at the second try is waited for, yet not for longer', () => {
  const seen = [...times(9, pulled(MISSING)), ...times(9, pulled(AWAY))];
  expect(watch(times(200, ...seen))).toMatch(/^1800: /);
});

test('a kubelet that never said why pulls fail has time until the start deadline', () => {
  expect(watch(times(2000, KUBELETS['of 1.31']()))).toMatch(/^1800: registry-unreachable: /);
});

test('an image that came at last is forgotten', () => {
  const seen = [...times(15, pulled(MISSING)), ...times(100, CREATING)];
  expect(watch(seen)).toBeUndefined();
});

test('a pod has its time to find a node, to start its carrier, and to start its trainer', () => {
  const seen = [UNSCHEDULABLE, CREATING, PREPARING, PREPARED].flatMap((pod) => times(1700, pod));
  expect(watch(seen)).toBeUndefined();
  expect(watch(times(2000, UNSCHEDULABLE))).toMatch(/^1800: unschedulable: .*no GPU/);
  expect(watch(times(2000, CREATING))).toMatch(/^1800: start-deadline: /);
  expect(watch(times(2000, PREPARED))).toMatch(/^1800: start-deadline: /);
});

test('a carrier that waits for the claim of another, or fetches for hours, is not given up', () => {
  expect(watch(times(20_000, PREPARING))).toBeUndefined();
});
