import { z } from 'zod';
import { line, quantity, resourceName, S3_URL } from '../spec/fields.ts';

/**
 * What may be set of the chart: `node scripts/generate-chart.mjs` writes its values.yaml, its values.schema.json and the table
 * of its README from here.
 */

/** Empty: left out, or derived from the release's name. */
const optionalName = () =>
  z
    .string()
    .max(253)
    .regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$/)
    .default('');
const optionalText = () => z.string().max(1000).default('');
/** Empty, or all of it like this. Helm reads patterns as Go does: without a look ahead. */
const optional = (pattern: RegExp) =>
  z
    .string()
    .max(1000)
    .regex(new RegExp(`^(${pattern.source})?$`))
    .default('');
const REPOSITORY = /([A-Za-z0-9.-]+(:[0-9]+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*/;
const TAG = /[A-Za-z0-9_][A-Za-z0-9._-]{0,127}/;
const DIGEST = /sha256:[0-9a-f]{64}/;
const ADDRESS = /([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}/;
const STORE = new RegExp(`^$|${S3_URL.source}|^file:///[^?# ]+$`);
/** Handed on to Kubernetes as it is. */
const objects = () => z.array(z.looseObject({})).default([]);
const object = () => z.looseObject({}).prefault({});
const labels = () => z.record(z.string(), z.string()).default({});
/** An entry of a Secret that is there already: the chart never makes one. */
const secretEntry = (key: string) =>
  z.strictObject({
    name: optionalName().describe('Name of the Secret; empty: none.'),
    key: z
      .string()
      .max(253)
      .regex(/^[A-Za-z0-9._-]+$/)
      .default(key)
      .describe('Entry of the Secret.'),
  });

const image = z
  .strictObject({
    repository: optional(REPOSITORY).describe(
      'Where the image of `Containerfile` was pushed. Needed.',
    ),
    tag: optional(TAG).describe("Tag; empty: the chart's appVersion."),
    digest: optional(DIGEST).describe('`sha256:...`, in place of the tag.'),
    pullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .default('IfNotPresent')
      .describe('When it is pulled.'),
  })
  .prefault({})
  .describe("Ratchet's own image, of the worker and of the carriers.");

const temporal = z
  .strictObject({
    address: optional(ADDRESS).describe('`host:port` of the frontend. Needed.'),
    namespace: line(255).default('default').describe("Temporal's namespace: one for each team."),
    tls: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe('Whether to speak TLS; an API key implies it.'),
        serverName: optionalText().describe("Name in the server's certificate, where another."),
        ca: secretEntry('ca.crt').prefault({}).describe('Authority of a private server.'),
        certificateSecret: optionalName().describe(
          'Secret of type kubernetes.io/tls: the certificate and key of this client.',
        ),
      })
      .prefault({})
      .describe('TLS and mTLS.'),
    apiKey: secretEntry('api-key').prefault({}).describe('API key, as of Temporal Cloud.'),
    payloadKeys: secretEntry('payload-keys')
      .prefault({})
      .describe(
        'Keys with which everything that Temporal keeps is encrypted: RATCHET_PAYLOAD_KEYS.',
      ),
    deploymentName: optionalText().describe(
      'Worker Deployment of Temporal: workers have versions, and an upgrade sends all work to the new one. Empty: no versions.',
    ),
  })
  .prefault({})
  .describe('The Temporal server, which the chart does not bring.');

const store = z
  .strictObject({
    url: z
      .string()
      .max(1000)
      .regex(STORE)
      .default('')
      .describe(
        '`s3://bucket/prefix`, or `file:///folder` of a volume that all pods share: what `helm test` examines. Sweep files name it too. Needed.',
      ),
    secret: optionalName().describe(
      'Secret with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL_S3, as far as needed. Name it in `compute.secrets` of sweep files too.',
    ),
  })
  .prefault({})
  .describe('The store of checkpoints and results.');

const account = (who: string, annotations: string) =>
  z
    .strictObject({
      create: z.boolean().default(true).describe('Whether the chart makes it.'),
      name: optionalName().describe(`Its name; empty: derived from the release's.`),
      annotations: labels().describe(annotations),
    })
    .prefault({})
    .describe(who);

const serviceAccounts = z
  .strictObject({
    worker: account(
      'May do what `k8s/check-rights.ts` lists, in its own namespace.',
      'Such as the role of a cloud.',
    ),
    trainer: account(
      'May do nothing; name it in `compute.serviceAccount` of sweep files.',
      "Such as a role of AWS with the store's rights, which carriers get and trainers do not.",
    ),
  })
  .prefault({})
  .describe('Worker and trainers never share a ServiceAccount.');

const networkPolicy = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether to make them.'),
    metricsFrom: objects().describe('Peers that may read the metrics; empty: all.'),
    trainerEgress: objects().describe(
      'Rules of where training pods may go, in place of everywhere but the metadata service.',
    ),
  })
  .prefault({})
  .describe('Nobody calls a training pod; the worker is called for its metrics only.');

const kueue = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether to make queues.'),
    localQueue: resourceName()
      .default('ratchet')
      .describe('Name it in `compute.queue` of sweep files.'),
    createClusterQueue: z
      .boolean()
      .default(true)
      .describe('Whether to make ClusterQueue and ResourceFlavor, which belong to the cluster.'),
    clusterQueue: optionalName().describe("Its name; empty: the namespace's and the release's."),
    cohort: optionalName().describe('Cohort with which unused quota is shared.'),
    nodeLabels: labels().describe('Labels of the nodes of the flavor.'),
    quotas: z
      .record(line(120), quantity())
      .default({ cpu: '64', memory: '256Gi', 'nvidia.com/gpu': '8' })
      .describe('What may be used at once.'),
  })
  .prefault({})
  .describe('Queues of Kueue.');

export const valuesSchema = z.strictObject({
  image,
  imagePullSecrets: z.array(resourceName()).default([]).describe('Secrets for pulling the image.'),
  temporal,
  store,
  replicas: z
    .int()
    .min(0)
    .max(100)
    .default(2)
    .describe('Workers. One follows 200 Jobs; a second takes over at once when a node is lost.'),
  resources: object()
    .default({ requests: { cpu: '250m', memory: '512Mi' }, limits: { memory: '2Gi' } })
    .describe('Of a worker.'),
  scratch: quantity().default('4Gi').describe('Limit of RATCHET_HOME, an emptyDir.'),
  user: z.int().min(1).max(4_294_967_295).default(1000).describe('User and group id; never root.'),
  env: objects().describe('More environment, as in a container of Kubernetes.'),
  envFrom: objects().describe('More ConfigMaps and Secrets as environment.'),
  hostAliases: objects().describe('Names that no DNS knows.'),
  volumes: objects().describe('More volumes.'),
  volumeMounts: objects().describe('Where they are mounted.'),
  podLabels: labels().describe('More labels of the worker.'),
  podAnnotations: labels().describe('More annotations of the worker.'),
  nodeSelector: labels().describe('Labels of fitting nodes.'),
  tolerations: objects().describe('Taints that do not matter.'),
  affinity: object().describe("Kubernetes' own affinity."),
  topologySpreadConstraints: objects().describe('In place of spreading over nodes where possible.'),
  priorityClassName: optionalName().describe('PriorityClass of the worker.'),
  serviceAccounts,
  rbac: z
    .strictObject({ create: z.boolean().default(true).describe('Whether to make both.') })
    .prefault({})
    .describe('Role and RoleBinding of the worker; never a ClusterRole.'),
  networkPolicy,
  podDisruptionBudget: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether to make it.'),
      maxUnavailable: z.int().min(1).default(1).describe('Workers that a drain may take at once.'),
    })
    .prefault({})
    .describe('Drains of nodes take the workers one by one.'),
  serviceMonitor: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe("Whether to make it; needs Prometheus' operator."),
      interval: z
        .string()
        .regex(/^([0-9]+(ms|[smhdwy]))+$/)
        .default('30s')
        .describe('How often to look.'),
      labels: labels().describe('By which Prometheus selects it.'),
    })
    .prefault({})
    .describe('Metrics for Prometheus.'),
  kueue,
  nameOverride: optionalName().describe("In place of the chart's name."),
  fullnameOverride: optionalName().describe("In place of the release's and the chart's name."),
  global: z
    .looseObject({})
    .prefault({})
    .describe('Of a chart that has this one as a part; not used.'),
});
