/** Every metric of a worker beside the SDK's own, with its unit in its name. `docs/metrics.md` shows this table. */

export interface MetricRow {
  name: string;
  kind: 'counter' | 'histogram' | 'gauge';
  /** Few values each, and never the name of a sweep, a block or a pod: every combination is a time series. */
  labels: string[];
  help: string;
  /** Upper bounds of a histogram's buckets. */
  buckets?: number[];
}

const SECOND = 1;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** From a trainer that is a process of this machine to a block that trains for a week. */
const DURATIONS = [
  ...[0.1, 0.5, 1, 5, 15].map((times) => times * SECOND),
  ...[1, 5, 15].map((times) => times * MINUTE),
  ...[1, 3, 8, 24, 72, 168].map((times) => times * HOUR),
];

export const METRICS = {
  tries: {
    name: 'ratchet_tries',
    kind: 'gauge',
    labels: ['stage', 'state'],
    help: 'Tries that this worker follows now: one for each pod, or trainer on its own machine. What waits for the pod of another has none.',
  },
  gpus: {
    name: 'ratchet_gpus',
    kind: 'gauge',
    labels: ['stage', 'state'],
    help: 'GPUs that these tries hold now: starting or running.',
  },
  ended: {
    name: 'ratchet_tries_ended_total',
    kind: 'counter',
    labels: ['stage', 'result', 'cause'],
    help: 'Tries that ended; of what was interrupted or failed the cause, which is what is retried.',
  },
  queued: {
    name: 'ratchet_try_queued_seconds',
    kind: 'histogram',
    labels: ['stage'],
    help: 'From the wish to the moment at which a node took the pod.',
    buckets: DURATIONS,
  },
  starting: {
    name: 'ratchet_try_starting_seconds',
    kind: 'histogram',
    labels: ['stage'],
    help: 'From then until the trainer ran: images, data, weights.',
    buckets: DURATIONS,
  },
  running: {
    name: 'ratchet_try_running_seconds',
    kind: 'histogram',
    labels: ['stage', 'result'],
    help: 'How long the trainer ran: the duration of a block, where the result is done.',
    buckets: DURATIONS,
  },
  gpuSeconds: {
    name: 'ratchet_gpu_seconds_total',
    kind: 'counter',
    labels: ['stage', 'result'],
    help: 'GPU seconds that ended tries held, from starting on.',
  },
  speed: {
    name: 'ratchet_tokens_per_second',
    kind: 'gauge',
    labels: ['stage'],
    help: 'Tokens a second of all trainers that this worker follows now.',
  },
  mfu: {
    name: 'ratchet_mfu',
    kind: 'gauge',
    labels: ['stage'],
    help: 'Model FLOPs utilisation, 0 to 1: mean over the trainers that tell it now; 0 where none does.',
  },
  utilisation: {
    name: 'ratchet_gpu_utilisation',
    kind: 'gauge',
    labels: ['stage'],
    help: "Share of the time in which trainers' GPUs do anything: mean over those that tell it now; 0 where none does.",
  },
  power: {
    name: 'ratchet_gpu_power_watts',
    kind: 'gauge',
    labels: ['stage'],
    help: 'What the GPUs of these trainers draw together, as far as they tell.',
  },
  requests: {
    name: 'ratchet_http_requests_total',
    kind: 'counter',
    labels: ['peer', 'method', 'code'],
    help: "This worker's requests to Kubernetes and S3; code 0: no answer came.",
  },
  sent: {
    name: 'ratchet_s3_sent_bytes_total',
    kind: 'counter',
    labels: ['by'],
    help: 'Bytes to the store on S3, by this worker or by the carriers of pods that ended.',
  },
  received: {
    name: 'ratchet_s3_received_bytes_total',
    kind: 'counter',
    labels: ['by'],
    help: 'Bytes from the store on S3, by the same two.',
  },
  build: {
    name: 'ratchet_build_info',
    kind: 'gauge',
    labels: ['build', 'node'],
    help: 'Always 1: which build of Ratchet this worker is.',
  },
} satisfies Record<string, MetricRow>;
