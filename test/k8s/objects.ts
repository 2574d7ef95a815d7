import type { V1ContainerState, V1Job, V1Pod } from '@kubernetes/client-node';
import type { JobRequest } from '../../k8s/job-request.ts';
import { FIRST_PLACEMENT } from '../../contract/activities.ts';
import { compute } from '../../spec/compute-schema.ts';

/** Settings of a sweep file with what it leaves out filled in. */
export function settingsOf(given: object = {}): JobRequest['settings'] {
  const settings = compute.parse({
    kind: 'kubernetes',
    namespace: 'team',
    image: 'registry.example.org/trainer:1',
    ...given,
  });
  if (settings.kind !== 'kubernetes') throw new Error('kubernetes was asked for');
  return settings;
}

export function requestOf(given: Partial<JobRequest> = {}): JobRequest {
  return {
    stage: 'train',
    unit: {
      store: 's3://bucket/ratchet',
      plan: 'ab12',
      sweep: 'study-0123456789ab',
      lineage: 0,
      block: 1,
    },
    key: 'c0ffee'.padEnd(64, '0'),
    condition: 'keep',
    seed: 1,
    block: 'banking',
    placement: FIRST_PLACEMENT,
    command: ['python', 'train.py'],
    settings: settingsOf(),
    hasBase: false,
    ...given,
  };
}

type Terminated = { exitCode: number; reason?: string; message?: string };

/** A pod as the API server tells of it: `trainer` and `carrier` are how their containers ended, `carrier` before its restart. */
export function podOf(given: {
  trainer?: Terminated;
  carrier?: Terminated;
  /** It was told to stop. */
  deleted?: boolean;
  status?: V1Pod['status'];
}): V1Pod {
  const { trainer, carrier, deleted, status } = given;
  const common = { image: 'i', imageID: 'i', ready: false };
  return {
    metadata: {
      name: 'ratchet-1',
      labels: {},
      ...(deleted && { deletionTimestamp: new Date(0) }),
    },
    spec: { containers: [], nodeName: 'n1' },
    status: {
      phase: 'Failed',
      ...(carrier && {
        initContainerStatuses: [
          { ...common, name: 'carrier', restartCount: 1, lastState: { terminated: carrier } },
        ],
      }),
      ...(trainer && {
        containerStatuses: [
          { ...common, name: 'trainer', restartCount: 0, state: { terminated: trainer } },
        ],
      }),
      ...status,
    },
  };
}

/** A pod that waits on its node: `carrier` and `trainer` are the states of their containers. */
export function startingPodOf(given: {
  carrier?: V1ContainerState;
  started?: boolean;
  trainer?: V1ContainerState;
}): V1Pod {
  const { carrier = {}, started = false, trainer = {} } = given;
  const common = { image: 'registry/trainer:1', imageID: '', ready: false, restartCount: 0 };
  return podOf({
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'True' }],
      initContainerStatuses: [{ ...common, name: 'carrier', started, state: carrier }],
      containerStatuses: [{ ...common, name: 'trainer', state: trainer }],
    },
  });
}

export const FAILED: V1Job = {
  metadata: { name: 'ratchet-1' },
  status: {
    conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }],
  },
};
