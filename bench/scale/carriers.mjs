// Stands in for the carriers of fake pods, in one process: does what each pod's carrier is told to do, by the carrier's own code,
// with a trainer that does nothing, and then says so in an annotation, upon which kwok lets the pod end.
// Usage: KUBECONFIG=<file> node bench/scale/carriers.mjs <work folder>
import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import pLimit from 'p-limit';
import { evaluateCheckpoint } from '../../dist/activities/evaluate-checkpoint.js';
import { openTask, withCounts } from '../../dist/activities/task.js';
import { trainBlock } from '../../dist/activities/train-block.js';
import { createLocalCompute } from '../../dist/compute/local-compute.js';
import { OURS } from '../../dist/k8s/labels.js';
import { openStore } from '../../dist/store/open-store.js';
import { runNothing } from '../no-op-trainer.mjs';

const NAMESPACE = 'default';
const AT_ONCE = 16;
const [workFolder] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const compute = createLocalCompute({
  workFolder,
  cache: workFolder,
  slots: AT_ONCE,
  run: runNothing,
});
const slot = pLimit(AT_ONCE);
const taken = new Set();

const pods = makeInformer(
  config,
  `/api/v1/namespaces/${NAMESPACE}/pods`,
  () => core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: OURS }),
  OURS,
);
pods.on('add', take);
pods.on('update', take);
pods.on('delete', ({ metadata }) => taken.delete(metadata.uid));
pods.on('error', () => setTimeout(() => pods.start(), 1000));
await pods.start();

function take({ metadata, spec, status }) {
  if (status?.phase !== 'Running' || metadata.deletionTimestamp || taken.has(metadata.uid)) return;
  taken.add(metadata.uid);
  const { value } = spec.initContainers[0].env.find(({ name }) => name === 'RATCHET_WORK');
  void slot(() => carry(JSON.parse(value), metadata.name));
}

async function carry({ stage, unit }, name) {
  const task = await openTask(openStore, unit);
  const signal = new AbortController().signal;
  const hooks = withCounts(task, { signal, onProgress: () => undefined });
  if (stage === 'train') await trainBlock(compute, task, hooks);
  else await evaluateCheckpoint(compute, task, hooks);
  await core.patchNamespacedPod(
    {
      namespace: NAMESPACE,
      name,
      body: { metadata: { annotations: { 'ratchet.dev/carried': '' } } },
    },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
}
