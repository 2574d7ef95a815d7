/** The one table of why work fails: how each cause is recognised, what Ratchet does, and what a person can do. */

export interface Cause {
  /** What is seen. */
  recognised: string;
  /** What Ratchet does, as long as it has retries left. */
  action: string;
  /** Retries of one stage. */
  retries: number;
  /** The fault is not the work's own: it is tried again soon. */
  outside?: boolean;
  /** A pod may run on, unseen: the next try finds it; where there is none, it has to be ended. */
  leavesPod?: boolean;
  mend: string;
}

export const CAUSES = {
  preempted: {
    recognised: 'the trainer exited 75 or was killed from outside without our asking',
    action: 'goes on from the last durable checkpoint',
    retries: 100,
    outside: true,
    mend: 'nothing to do: it goes on from the last durable checkpoint; if it recurs, see whether memory runs out',
  },
  'worker-lost': {
    recognised: 'the worker died, shut down, or heard nothing of the Temporal server for 15 s',
    action: 'another worker follows the pod on, or trains from the last durable checkpoint',
    retries: 100,
    outside: true,
    leavesPod: true,
    mend: 'nothing to do: another worker goes on from the last durable checkpoint',
  },
  superseded: {
    recognised: 'a newer attempt holds the claim on this block',
    action: 'takes over what the newer attempt commits',
    retries: 100,
    outside: true,
    mend: 'nothing to do: the newer attempt commits the block',
  },
  evicted: {
    recognised: 'the node evicted the pod, or somebody drained the node or deleted the pod',
    action: 'goes on from the last durable checkpoint, on any node that takes it',
    retries: 100,
    outside: true,
    mend: 'nothing to do: it goes on from the last durable checkpoint, on any node that takes it',
  },
  'node-lost': {
    recognised: 'the node of the pod no longer answers',
    action:
      'makes another Job, elsewhere; it waits until what the node may still run is done or gives up its claim',
    retries: 100,
    outside: true,
    mend: 'nothing to do: the next Job goes on elsewhere; what the API keeps of the lost pod goes when the node returns or is removed',
  },
  'host-oom': {
    recognised: 'a container was OOMKilled: it took more memory than its limit',
    action: 'doubles the memory, three times at most, for the rest of the lineage too',
    retries: 3,
    mend: 'nothing to do at first: every retry has twice the memory, and so has what follows; if that is not enough, raise compute.memory',
  },
  'cuda-oom': {
    recognised: 'the trainer ran out of GPU memory',
    action: 'stops: the same would not fit again',
    retries: 0,
    mend: 'do what the end of its log advises; else lower the batch size or the length of prompts, or ask for larger GPUs',
  },
  diverged: {
    recognised: 'the trainer met a loss or a gradient that is no finite number',
    action: 'stops: the same would come again',
    retries: 0,
    mend: 'lower the learning rate or raise the warm-up, or look at the data; the end of its log names the step',
  },
  'sick-node': {
    recognised:
      'the trainer failed with a GPU error that no program causes (Xid, ECC, a device that fell off the bus)',
    action: 'goes on elsewhere; the lineage avoids the node from now on',
    retries: 5,
    outside: true,
    mend: 'nothing to do: the node is avoided from now on; tell whoever looks after it',
  },
  'image-missing': {
    recognised: 'the registry has no such image or tag',
    action: 'stops, 20 s after the first refusal',
    retries: 0,
    mend: 'mend compute.image in the sweep file, or push the image, then `ratchet retry`',
  },
  'image-refused': {
    recognised: 'the registry refuses the image to this cluster',
    action: 'stops, 20 s after the first refusal',
    retries: 0,
    mend: 'name a Secret with the right to pull in compute.imagePullSecrets',
  },
  'registry-unreachable': {
    recognised: 'the image cannot be pulled, and not because it is missing or refused',
    action: 'waits for the registry until the start deadline, then tries again',
    retries: 20,
    outside: true,
    mend: 'check that the nodes reach the registry, then `ratchet retry`',
  },
  unschedulable: {
    recognised: 'no node could take the pod until the start deadline',
    action: 'waits for a node until the start deadline, then stops',
    retries: 0,
    mend: "ask for less, add nodes, or mend nodeSelector and tolerations; the message is the scheduler's",
  },
  'start-deadline': {
    recognised:
      'the pod had a node, but its carrier or its trainer did not start until the start deadline',
    action: 'tries again with a new pod',
    retries: 2,
    mend: 'see `kubectl describe pod`: a volume or a Secret may be missing',
  },
  'grace-exceeded': {
    recognised:
      'the trainer finished or saved, but what it left was not stored within the grace period',
    action: 'goes on from the last durable checkpoint',
    retries: 2,
    mend: 'raise compute.gracePeriod.upload',
  },
  'cluster-unreachable': {
    recognised: 'the API server of Kubernetes did not answer',
    action: 'asks for five minutes, then tries again; Jobs that run are found again',
    retries: 20,
    outside: true,
    leavesPod: true,
    mend: 'check the cluster and KUBECONFIG, then `ratchet retry`; Jobs that run go on meanwhile',
  },
  'cluster-refused': {
    recognised: 'Kubernetes refuses what is asked: a right, a quota or an admission rule',
    action: 'stops',
    retries: 0,
    mend: "run `ratchet doctor` with the sweep file; the message is the cluster's",
  },
  stalled: {
    recognised:
      'nothing from the trainer within ten minutes, no further step while it tells of idle GPUs, or NCCL gave up waiting',
    action: 'ends the trainer and goes on from the last durable checkpoint',
    retries: 2,
    mend: 'look at `ratchet logs`; a trainer that reports rarely must send progress more often',
  },
  'disk-full': {
    recognised: 'no space left on the device',
    action: 'tries again, with growing pauses',
    retries: 3,
    mend: 'free space under RATCHET_HOME and the store, or raise compute.disk of a pod, then `ratchet retry`',
  },
  'store-unreachable': {
    recognised: 'the store did not answer',
    action: 'tries again, with growing pauses; nothing is half committed',
    retries: 20,
    mend: 'check that the store is up and may be written, then `ratchet retry`',
  },
  'store-corrupt': {
    recognised: 'a stored object is missing or does not match its hash',
    action: 'falls back to the checkpoint before, or computes the damaged block again',
    retries: 1,
    mend: 'run `ratchet store verify`; the block that made the object is computed again by `ratchet retry`',
  },
  configuration: {
    recognised:
      'the trainer exited 78, does not match the plan, or needs GPUs that its machine lacks',
    action: 'stops',
    retries: 0,
    mend: 'mend the hyperparameters, the trainer or compute.gpus in the sweep file',
  },
  data: {
    recognised: 'the data differ from the plan or cannot be rendered',
    action: 'stops',
    retries: 0,
    mend: 'mend the data, then run the sweep file again',
  },
  'trainer-bug': {
    recognised: 'the trainer ended with any other exit code, or broke the protocol',
    action: 'stops and keeps the log',
    retries: 0,
    mend: 'read the end of its log with `ratchet logs`, mend the trainer, then `ratchet retry`',
  },
  internal: {
    recognised: 'anything else: an error in Ratchet itself',
    action: 'tries again',
    retries: 2,
    mend: 'please report it, with the output of `ratchet doctor`',
  },
} as const satisfies Record<string, Cause>;

export type CauseName = keyof typeof CAUSES;

export function isCauseName(name: string): name is CauseName {
  return Object.hasOwn(CAUSES, name);
}

/** How a try that ends by it is counted. */
export function resultOf(cause: CauseName): 'interrupted' | 'failed' {
  const { outside }: Cause = CAUSES[cause];
  return outside ? 'interrupted' : 'failed';
}

/** A failure with a known cause; its message is for the person who runs the sweep. */
export class CausedError extends Error {
  readonly causeName: CauseName;
  /** Where it happened, in a cluster. */
  readonly node: string | null;
  constructor(
    causeName: CauseName,
    message: string,
    options: ErrorOptions & { node?: string | null } = {},
  ) {
    super(message, options);
    this.name = 'CausedError';
    this.causeName = causeName;
    this.node = options.node ?? null;
  }
}
