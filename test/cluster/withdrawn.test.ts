import { PatchStrategy, setHeaderOptions, type V1Pod } from '@kubernetes/client-node';
import { beforeAll, expect, inject, test, vi } from 'vitest';
import { nameJob } from '../../k8s/job-request.ts';
import { runJob } from '../../k8s/run-job.ts';
import { requestOf, settingsOf } from '../k8s/objects.ts';
import { Cluster, NAMESPACE, waitFor } from './cluster.ts';

const cluster = new Cluster();
/** Its pods get no node: the test plays their kubelet. */
const request = requestOf({
  settings: settingsOf({ namespace: NAMESPACE, nodeSelector: { 'ratchet.dev/nowhere': 'true' } }),
});
const name = nameJob(request);

beforeAll(() => {
  vi.stubEnv('KUBECONFIG', inject('cluster').kubeconfig);
});

test('a Job that a queue takes back is waited for, and followed with its next pod', async () => {
  const told: string[] = [];
  const tell = (what: string): void => {
    if (told.at(-1) !== what) told.push(what);
  };
  const ended = runJob(request, {
    signal: new AbortController().signal,
    leave: () => Promise.resolve(false),
    isDone: () => Promise.resolve(false),
    onWaiting: () => undefined,
    onState: ({ stage }) => tell(stage),
    onCarrier: () => undefined,
    onLog: () => undefined,
    onWithdrawn: (pod) => Promise.resolve(tell(`withdrawn ${pod}`)),
  });
  const first = await podBeside(undefined);
  await play(first, { running: { startedAt: new Date() } });
  await waitFor(() => told.includes('train'));
  await suspend(true);
  await waitFor(() => told.includes(`withdrawn ${nameOf(first)}`));
  await suspend(false);
  const second = await podBeside(first);
  await play(second, { running: { startedAt: new Date() } });
  await waitFor(() => told.at(-1) === 'train');
  await play(second, INTERRUPTED, 'Failed');
  expect(await ended).toMatchObject({ pod: nameOf(second), verdict: { cause: 'preempted' } });
  const since = told.slice(told.indexOf('train'));
  expect(since.filter((what) => what !== 'unschedulable')).toEqual([
    'train',
    `withdrawn ${nameOf(first)}`,
    'queued',
    'train',
  ]);
  expect(await cluster.listLeft()).toEqual([]);
});

function nameOf({ metadata }: V1Pod): string {
  return metadata?.name ?? '';
}

/** Of the Job, once it has another than this. */
function podBeside(other: V1Pod | undefined): Promise<V1Pod> {
  return waitFor(async () =>
    (await cluster.pods()).find(
      ({ metadata }) =>
        metadata?.labels?.['batch.kubernetes.io/job-name'] === name &&
        metadata.uid !== other?.metadata?.uid,
    ),
  );
}

type State = NonNullable<NonNullable<V1Pod['status']>['containerStatuses']>[number]['state'];

const INTERRUPTED: State = { terminated: { exitCode: 75, reason: 'Error' } };

/** Says of both containers what a kubelet would. */
async function play(pod: V1Pod, state: State, phase = 'Running'): Promise<void> {
  const of = (container: string): object => ({
    name: container,
    image: 'i',
    imageID: 'i',
    ready: false,
    restartCount: 0,
    state,
  });
  const status = {
    phase,
    conditions: [{ type: 'PodScheduled', status: 'True' }],
    initContainerStatuses: [of('carrier')],
    containerStatuses: [of('trainer')],
  };
  await cluster.core.patchNamespacedPodStatus(
    { namespace: NAMESPACE, name: nameOf(pod), body: { status } },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
}

/** As Kueue does. */
async function suspend(suspended: boolean): Promise<void> {
  await cluster.batch.patchNamespacedJob(
    { namespace: NAMESPACE, name, body: { spec: { suspend: suspended } } },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
}
