import { expect, test } from 'vitest';
import { decideCause, type Evidence } from '../../k8s/decide-cause.ts';
import { FAILED, podOf } from './objects.ts';

const evidenceOf = (given: Partial<Evidence>): Evidence => ({
  job: FAILED,
  pod: undefined,
  events: [],
  lost: false,
  ...given,
});
const disrupted = (reason: string, message: string) => ({
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message }],
});
const said = (words: object) => ({ exitCode: 1, message: JSON.stringify(words) });
const metadata = { name: 'x', namespace: 'team' };
const involvedObject = { kind: 'Job', name: 'ratchet-1' };

const LOW_DISK =
  'The node was low on resource: ephemeral-storage. Threshold quantity: 2Gi, available: 1536Mi.';

/** Reasons and messages as Kubernetes 1.36, containerd, CUDA and PyTorch word them. */
test.each<[string, Partial<Evidence>, string, RegExp]>([
  [
    'the scheduler made room for a higher priority',
    { pod: podOf({ status: disrupted('PreemptionByScheduler', 'default-scheduler: preempting') }) },
    'preempted',
    /PreemptionByScheduler: default-scheduler/,
  ],
  [
    'the queue took it back',
    { job: { ...FAILED, spec: { suspend: true, template: {} } }, pod: podOf({}) },
    'preempted',
    /queue/,
  ],
  [
    'the queue took it back, and the node of its pod is gone',
    { job: { ...FAILED, spec: { suspend: true, template: {} } }, pod: podOf({}), lost: true },
    'node-lost',
    /n1/,
  ],
  [
    'its node was drained',
    {
      pod: podOf({
        trainer: { exitCode: 75 },
        status: disrupted('EvictionByEvictionAPI', 'Eviction API: evicting'),
      }),
    },
    'evicted',
    /EvictionByEvictionAPI/,
  ],
  [
    'its node ran out of memory',
    {
      pod: podOf({
        trainer: { exitCode: 137 },
        status: {
          reason: 'Evicted',
          message: 'The node was low on resource: memory.',
          ...disrupted('TerminationByKubelet', 'The node was low on resource: memory.'),
        },
      }),
    },
    'evicted',
    /low on resource: memory/,
  ],
  [
    'it wrote more than its volume holds',
    {
      pod: podOf({
        status: {
          reason: 'Evicted',
          message: 'Usage of EmptyDir volume "work" exceeds the limit "1Gi". ',
          ...disrupted('TerminationByKubelet', 'Usage of EmptyDir volume'),
        },
      }),
    },
    'disk-full',
    /EmptyDir volume "work" exceeds/,
  ],
  [
    'its container wrote more than it may',
    {
      pod: podOf({
        status: {
          reason: 'Evicted',
          message: 'Container trainer exceeded its local ephemeral storage limit "1Gi". ',
          ...disrupted('TerminationByKubelet', 'Container trainer exceeded its local'),
        },
      }),
    },
    'disk-full',
    /exceeded its local ephemeral storage/,
  ],
  [
    'the disk of its node is full, whoever filled it',
    {
      pod: podOf({
        status: {
          reason: 'Evicted',
          message: `${LOW_DISK} Container trainer was using 700Mi, request is 100Mi, has larger consumption of ephemeral-storage. `,
          ...disrupted('TerminationByKubelet', LOW_DISK),
        },
      }),
    },
    'evicted',
    /low on resource: ephemeral-storage/,
  ],
  [
    'what it saved was not stored before the carrier was killed',
    { pod: podOf({ trainer: { exitCode: 75 }, carrier: { exitCode: 137 }, deleted: true }) },
    'grace-exceeded',
    /what it had saved was not stored .*compute\.gracePeriod/,
  ],
  [
    'the same, but its node was drained: that is not its fault, and what was lost is told',
    {
      pod: podOf({
        trainer: { exitCode: 75 },
        carrier: { exitCode: 137 },
        deleted: true,
        status: disrupted('EvictionByEvictionAPI', 'Eviction API: evicting'),
      }),
    },
    'evicted',
    /EvictionByEvictionAPI.*; what it had saved was not stored/,
  ],
  [
    'a carrier that was killed by itself lost nothing by the grace period',
    { pod: podOf({ trainer: { exitCode: 75 }, carrier: { exitCode: 137 } }) },
    'preempted',
    /exit 75/,
  ],
  [
    'its node went away and its pod was given up',
    { pod: podOf({ status: disrupted('DeletionByTaintManager', 'Taint manager: deleting') }) },
    'node-lost',
    /Taint manager/,
  ],
  ['its node does not end it', { pod: podOf({}), lost: true }, 'node-lost', /node n1/],
  [
    'the store did not answer the carrier',
    {
      pod: podOf({
        trainer: { exitCode: 1 },
        carrier: said({ cause: 'store-unreachable', message: 'no route' }),
      }),
    },
    'store-unreachable',
    /^no route$/,
  ],
  [
    'the carrier took too much memory',
    { pod: podOf({ carrier: { exitCode: 137, reason: 'OOMKilled' } }) },
    'host-oom',
    /carrier/,
  ],
  [
    'the trainer took too much memory, inside a pipeline that ended with 0',
    { pod: podOf({ trainer: { exitCode: 0, reason: 'OOMKilled' } }) },
    'host-oom',
    /compute.memory/,
  ],
  [
    'the trainer took too much memory',
    {
      pod: podOf({
        trainer: { exitCode: 137, reason: 'OOMKilled' },
        carrier: said({ unseen: true }),
      }),
    },
    'host-oom',
    /compute.memory/,
  ],
  [
    'the trainer refuses its hyperparameters',
    { pod: podOf({ trainer: { exitCode: 78, reason: 'Error', message: 'epochs: expected 1\n' } }) },
    'configuration',
    /epochs: expected 1$/,
  ],
  [
    'the trainer was given damaged weights',
    { pod: podOf({ trainer: { exitCode: 65, reason: 'Error', message: 'weights' } }) },
    'store-corrupt',
    /weights/,
  ],
  [
    'the image has no such program',
    {
      pod: podOf({
        trainer: {
          exitCode: 128,
          reason: 'StartError',
          message: 'exec: "python": executable file not found in $PATH',
        },
      }),
    },
    'configuration',
    /cannot be started: exec: "python"/,
  ],
  [
    'the GPU has too little memory',
    {
      pod: podOf({
        trainer: {
          exitCode: 1,
          reason: 'Error',
          message:
            'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB of which 1.20 GiB is free. Process 4711 has 77.89 GiB memory in use. Of the allocated memory 75.02 GiB is allocated by PyTorch, and 1.91 GiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.',
        },
      }),
    },
    'cuda-oom',
    /exit 1\): .*avoid fragmentation/,
  ],
  [
    'the GPU is sick',
    {
      pod: podOf({
        trainer: {
          exitCode: 1,
          reason: 'Error',
          message: 'RuntimeError: CUDA error: uncorrectable ECC error encountered',
        },
      }),
    },
    'sick-node',
    /ECC/,
  ],
  [
    'the disk of the pod is full',
    {
      pod: podOf({
        trainer: {
          exitCode: 1,
          reason: 'Error',
          message: 'OSError: [Errno 28] No space left on device',
        },
      }),
    },
    'disk-full',
    /Errno 28/,
  ],
  [
    'the trainer was asked to stop by somebody else',
    { pod: podOf({ trainer: { exitCode: 75 } }) },
    'preempted',
    /exit 75/,
  ],
  [
    'the trainer was killed',
    { pod: podOf({ trainer: { exitCode: 137, reason: 'Error' } }) },
    'preempted',
    /exit 137/,
  ],
  [
    'the trainer failed',
    { pod: podOf({ trainer: { exitCode: 1, reason: 'Error', message: 'Traceback: KeyError' } }) },
    'trainer-bug',
    /exit 1\): Traceback: KeyError$/,
  ],
  [
    'the trainer ended well and left nothing',
    { pod: podOf({ trainer: { exitCode: 0 }, carrier: said({ unseen: true }) }) },
    'trainer-bug',
    /without a result/,
  ],
  [
    'the carrier was killed while it stored the result',
    { pod: podOf({ trainer: { exitCode: 0 }, carrier: { exitCode: 137, reason: 'Error' } }) },
    'grace-exceeded',
    /not stored in time/,
  ],
  [
    'the carrier was killed while the trainer ran',
    { pod: podOf({ carrier: { exitCode: 137, reason: 'Error' } }) },
    'preempted',
    /carrier was ended from outside \(exit 137\)/,
  ],
  [
    'a quota forbids its pod',
    {
      events: [
        { metadata, involvedObject, reason: 'FailedCreate', message: 'exceeded quota: gpus' },
      ],
    },
    'cluster-refused',
    /exceeded quota: gpus/,
  ],
  ['somebody deleted the Job', { job: undefined }, 'evicted', /Job was deleted/],
  ['somebody deleted its pod', {}, 'evicted', /pod was deleted.*BackoffLimitExceeded/],
])('%s', (_what, given, cause, message) => {
  const verdict = decideCause(evidenceOf(given));
  expect(verdict).toMatchObject({ cause, message: expect.stringMatching(message) });
});

test('the node is named where there was one, so that it can be avoided', () => {
  expect(decideCause(evidenceOf({ pod: podOf({ trainer: { exitCode: 1 } }) })).node).toBe('n1');
  expect(decideCause(evidenceOf({})).node).toBeNull();
});
