import type {
  V1Affinity,
  V1Job,
  V1NodeSelectorRequirement,
  V1NodeSelectorTerm,
  V1PodSpec,
  V1Toleration,
} from '@kubernetes/client-node';
import type { KubernetesCompute } from '../spec/compute-schema.ts';
import { makeCarrier, makeTrainer } from './containers.ts';
import { labelOwner } from './job-owner.ts';
import { type JobRequest, nameJob } from './job-request.ts';
import { ANNOTATIONS, CONTAINERS, LABELS, MANAGER } from './labels.ts';
import { listVolumes } from './volumes.ts';

/** Jobs are deleted once their outcome is known; this is for those whose sweep was terminated by hand. */
const DAY_OF_SECONDS = 86_400;

/** Between the trainer's share and the carrier's, for what neither foresees. */
const GRACE_MARGIN = 10;

/** From SIGTERM to SIGKILL of a pod, in seconds: sidecars get what the trainer leaves. */
export function graceOf({ gracePeriod }: Pick<KubernetesCompute, 'gracePeriod'>): number {
  return gracePeriod.trainer + gracePeriod.upload + GRACE_MARGIN;
}

/** A Job of one pod that is never repeated by Kubernetes: whether and where to try again is the lineage's business. */
export function makeJob(request: JobRequest): V1Job {
  const { settings, unit, key, block } = request;
  const labels = makeLabels(request);
  const annotations = {
    [ANNOTATIONS.key]: key,
    [ANNOTATIONS.store]: unit.store,
    [ANNOTATIONS.block]: block,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: nameJob(request),
      namespace: settings.namespace,
      labels: { ...labels, ...labelQueue(settings) },
      annotations,
    },
    spec: {
      backoffLimit: 0,
      podReplacementPolicy: 'Failed',
      ttlSecondsAfterFinished: DAY_OF_SECONDS,
      // Until Kueue admits it.
      ...(settings.queue && { suspend: true }),
      template: {
        metadata: {
          labels,
          annotations: { ...annotations, ...KEPT_FROM_TRAINERS, ...describeTopology(settings) },
        },
        spec: makePod(request),
      },
    },
  };
}

/** What the pod's ServiceAccount may do in a cloud is the carrier's alone. */
const KEPT_FROM_TRAINERS = { [ANNOTATIONS.withoutRole]: CONTAINERS.trainer };

function labelQueue({ queue, queuePriority }: KubernetesCompute): Record<string, string> {
  if (!queue) return {};
  return { [LABELS.queue]: queue, ...(queuePriority && { [LABELS.queuePriority]: queuePriority }) };
}

function describeTopology({ queueTopology }: KubernetesCompute): Record<string, string> {
  if (!queueTopology) return {};
  const { required, within } = queueTopology;
  return { [required ? ANNOTATIONS.requiredTopology : ANNOTATIONS.preferredTopology]: within };
}

function makeLabels(request: JobRequest): Record<string, string> {
  return {
    [LABELS.managedBy]: MANAGER,
    ...labelOwner(request),
    [LABELS.stage]: request.stage,
  };
}

function makePod(request: JobRequest): V1PodSpec {
  const { settings, placement } = request;
  const { user, affinity, priorityClass, serviceAccount } = settings;
  const placed = avoidNodes(affinity, placement.avoidNodes);
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: graceOf(settings),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    initContainers: [makeCarrier(request)],
    containers: [makeTrainer(request)],
    volumes: listVolumes(request),
    nodeSelector: settings.nodeSelector,
    tolerations: [...settings.tolerations.map(copyToleration), ...LOST_NODES],
    imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })),
    ...(placed && { affinity: placed }),
    ...(priorityClass && { priorityClassName: priorityClass }),
    ...(serviceAccount && { serviceAccountName: serviceAccount }),
  };
}

/** A node that does not answer is given up after so many seconds more, instead of Kubernetes' five minutes. */
const LOST_NODES: V1Toleration[] = ['not-ready', 'unreachable'].map((taint) => ({
  key: `node.kubernetes.io/${taint}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 30,
}));

function copyToleration({
  key,
  operator,
  value,
  effect,
}: KubernetesCompute['tolerations'][number]): V1Toleration {
  return { key, operator, ...(value && { value }), ...(effect && { effect }) };
}

/** Terms of a node selector are alternatives: each of them must exclude the nodes. */
function avoidNodes(affinity: V1Affinity | undefined, nodes: string[]): V1Affinity | undefined {
  if (nodes.length === 0) return affinity;
  // Kubernetes takes one name each.
  const elsewhere = nodes.map((node): V1NodeSelectorRequirement => {
    return { key: 'metadata.name', operator: 'NotIn', values: [node] };
  });
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms: V1NodeSelectorTerm[] = required?.nodeSelectorTerms ?? [{}];
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((term) => ({
          ...term,
          matchFields: [...(term.matchFields ?? []), ...elsewhere],
        })),
      },
    },
  };
}
