import { z } from 'zod';
import { DEFAULTS } from './defaults.ts';
import { line, quantity, resourceName } from './fields.ts';

const { local, kubernetes: defaults } = DEFAULTS.compute;

const trainerGrace = z
  .int()
  .min(1)
  .max(86_400)
  .describe('Seconds that the trainer needs to end a step and to save a checkpoint.');

const localCompute = z
  .strictObject({
    kind: z.literal('local').describe('Processes on this machine.'),
    gpus: z
      .int()
      .min(0)
      .max(64)
      .default(local.gpus)
      .describe(
        'Whole GPUs of this machine that a trainer holds while it runs, on which as many processes of a trainer of your own train together: part of its keys. With 0 it sees what the worker sees, and processors bound how many run at once.',
      ),
    gracePeriod: z
      .strictObject({ trainer: trainerGrace })
      .optional()
      .describe('From the word to stop to the end of a training; default: 10 seconds.'),
  })
  .describe('Processes on this machine.');

const toleration = z.strictObject({
  key: line(320).describe('Key of the taint.'),
  operator: z.enum(['Exists', 'Equal']).default('Exists').describe('How the taint is compared.'),
  value: line(63).optional().describe('Value of the taint, for Equal.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('Effect of the taint; all by default.'),
});

const volume = z
  .strictObject({
    name: resourceName(),
    path: line()
      .regex(/^\/./, 'an absolute path')
      .meta({ patternErrorMessage: 'an absolute path' })
      .describe('Where the containers see it.'),
    claim: resourceName().optional().describe('A PersistentVolumeClaim.'),
    hostPath: line().optional().describe('A folder of the node.'),
    readOnly: z.boolean().default(false).describe('Whether it may only be read.'),
    containers: z
      .enum(['carrier', 'trainer', 'both'])
      .default('both')
      .describe('Who sees it. A volume that holds the store belongs to the carrier.'),
  })
  .refine(
    ({ claim, hostPath }) => (claim === undefined) !== (hostPath === undefined),
    'either claim or hostPath',
  );

const cache = z
  .strictObject({
    claim: resourceName().optional().describe('A PersistentVolumeClaim.'),
    hostPath: line().optional().describe('A folder of every node.'),
  })
  .refine(
    ({ claim, hostPath }) => (claim === undefined) !== (hostPath === undefined),
    'either claim or hostPath',
  );

const gracePeriod = z
  .strictObject({
    trainer: trainerGrace.default(defaults.gracePeriod.trainer),
    upload: z
      .int()
      .min(1)
      .max(86_400)
      .default(defaults.gracePeriod.upload)
      .describe('Seconds that storing what it saved, or its weights, takes.'),
  })
  .prefault({})
  .describe('From the word to stop to the end of a pod.');

const queueTopology = z
  .strictObject({
    within: line(320)
      .describe('Label of nodes that names the level.')
      .meta({ examples: ['cloud.provider.com/topology-rack'] }),
    required: z
      .boolean()
      .default(false)
      .describe('Whether a Job waits for such a place, instead of taking another.'),
  })
  .describe("Kueue's topology: nodes that are near to each other, for pods with many GPUs.");

const kubernetesCompute = z
  .strictObject({
    kind: z.literal('kubernetes').describe('Jobs of a Kubernetes cluster.'),
    namespace: resourceName().describe('Namespace of the Jobs.'),
    context: line().optional().describe('Context of KUBECONFIG; default: its current one.'),
    image: line()
      .describe("Image of the trainer; of the built-in learner: Ratchet's own.")
      .meta({ examples: ['registry.example.org/team/trainer@sha256:0123abcd'] }),
    carrierImage: line().optional().describe("Ratchet's own image; default: as image."),
    imagePullSecrets: z.array(resourceName()).default([]).describe('Secrets for pulling images.'),
    gpus: z
      .int()
      .min(0)
      .max(64)
      .default(defaults.gpus)
      .describe(
        'GPUs of a pod, on which as many processes of a trainer of your own train together: part of its keys.',
      ),
    gpuResource: line(120).default(defaults.gpuResource).describe('How the cluster calls a GPU.'),
    cpus: quantity().default(defaults.cpus).describe('Processors that a trainer asks for.'),
    memory: quantity()
      .default(defaults.memory)
      .describe('Memory of a trainer; doubled when it was not enough, and kept so.'),
    disk: quantity().default(defaults.disk).describe('Space for data, weights and checkpoints.'),
    sharedMemory: quantity()
      .optional()
      .describe('Size of /dev/shm; default: 1Gi for several GPUs, else the small one of the node.'),
    nodeSelector: z.record(line(320), line(63)).default({}).describe('Labels of fitting nodes.'),
    tolerations: z.array(toleration).default([]).describe('Taints that do not matter.'),
    affinity: z
      .record(z.string(), z.json())
      .optional()
      .describe("Kubernetes' own affinity, handed on as it is."),
    priorityClass: resourceName().optional().describe('PriorityClass of the pods.'),
    queue: resourceName().optional().describe('LocalQueue of Kueue that admits the Jobs.'),
    queuePriority: resourceName()
      .optional()
      .describe('WorkloadPriorityClass of Kueue: who is admitted first, and who gives way.'),
    queueTopology: queueTopology.optional(),
    serviceAccount: resourceName()
      .optional()
      .describe('ServiceAccount of the pods; no token of it is mounted.'),
    secrets: z
      .array(resourceName())
      .default([])
      .describe('Secrets whose entries the carrier gets as environment; the trainer never does.'),
    env: z.record(line(256), line()).default({}).describe('Environment of the trainer.'),
    volumes: z
      .array(volume)
      .default([])
      .describe('Volumes to mount, such as a cache of base weights.'),
    cache: cache
      .optional()
      .describe(
        'Where pods keep base weights for the next ones, writable by user; without it every pod fetches them.',
      ),
    user: z
      .int()
      .min(1)
      .max(4_294_967_295)
      .default(defaults.user)
      .describe('User and group id of the containers; never root.'),
    gracePeriod,
    startDeadline: z
      .int()
      .min(1)
      .max(604_800)
      .default(defaults.startDeadline)
      .describe(
        'Seconds after which a pod that no node takes, or that does not start, has failed; what its carrier waits for or fetches does not count.',
      ),
  })
  .refine(
    ({ queue, queuePriority, queueTopology: topology }) =>
      queue !== undefined || (queuePriority === undefined && topology === undefined),
    'a queue beside queuePriority or queueTopology',
  )
  .describe('Pods with GPUs; each block and each evaluation is a Job.');

export const compute = z
  .discriminatedUnion('kind', [localCompute, kubernetesCompute])
  .prefault({ kind: 'local' })
  .describe('Where trainers run. Does not change results, but for the number of GPUs.');

/** Of a checked file. */
export type KubernetesCompute = z.output<typeof kubernetesCompute>;
