/** Every timeout, interval and retry policy, each with its reason. Durations in milliseconds. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Every activity heartbeats on its own, on this machine twice a second. A worker that was killed is known to be dead long before (its successor
 * hands back what it was at); this is for those that hang, and leaves room for an overloaded machine.
 */
const HEARTBEAT_TIMEOUT = 15 * SECOND;

/** Quick work on the store; the report of the largest sweep reads a few hundred thousand scores. */
export const CONTROL_ACTIVITY = {
  startToCloseTimeout: 30 * MINUTE,
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: {
    initialInterval: 0.5 * SECOND,
    backoffCoefficient: 2,
    maximumInterval: 10 * SECOND,
    /** About three minutes of an unreachable store; then the lineage fails and says so. */
    maximumAttempts: 20,
  },
} as const;

/** Compute activities live as long as a block trains. */
export const COMPUTE_ACTIVITY = {
  startToCloseTimeout: 14 * 24 * HOUR,
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  /** Retries are the lineage's own, with a budget for each cause. */
  retry: { maximumAttempts: 1 },
} as const;

export const HEARTBEAT_INTERVAL = 0.5 * SECOND;
/** Of a deployed worker, which follows hundreds of pods: each heartbeat is a write of the server's. A pause waits for the next. */
export const DEPLOYED_HEARTBEAT = 4 * SECOND;

/**
 * Pause before a failed stage runs again: doubles from the first to the last. Faults that are not the work's own, such as
 * a dead worker, say nothing about the next try.
 */
export const STAGE_RETRY = {
  first: 0.5 * SECOND,
  last: MINUTE,
  lastOfOthers: 2 * SECOND,
} as const;

/** Lineages that end without a word (terminated by hand, lost with their database) are looked for this often. */
export const RECONCILE_EVERY = 5 * MINUTE;

/** Lineages that still run after their sweep was cancelled are told so again this often. */
export const CANCEL_AGAIN = 10 * SECOND;

/** Cached workflows of a dead worker are handed to a live one after this. */
export const STICKY_QUEUE_TIMEOUT = 2 * SECOND;

/** A worker that is told to end waits so long for what it has begun; the chart's grace period is longer. */
export const WORKER_SHUTDOWN = 30 * SECOND;

/** From SIGTERM to SIGKILL for a local trainer: it saves a checkpoint in that time. compute.gracePeriod sets another. */
export const TRAINER_GRACE = 10 * SECOND;

/** A trainer that says nothing for so long is stalled. */
export const TRAINER_STALL = 10 * MINUTE;

/** An attempt renews its claim this often; it has lapsed when an observer sees no renewal for LEASE. */
export const LEASE_RENEWAL = 2 * SECOND;
export const LEASE = 20 * SECOND;

/** How often a waiting attempt looks whether the claim lapsed or the block was committed. */
export const CLAIM_POLL = 0.5 * SECOND;

/** How often a local trainer's events file is read. */
export const EVENTS_POLL = 0.05 * SECOND;

/** From starting a supervisor to its first word; on an overloaded machine Node alone takes seconds. */
export const SUPERVISOR_START = 20 * SECOND;
/** The supervisor: how long the embedded server may take to answer, and how long it lives without work. */
export const SERVER_START = 60 * SECOND;
export const SUPERVISOR_IDLE = 2 * MINUTE;
/** How often it looks whether its home still stands and whether there is work. */
export const HOME_CHECK = SECOND;
/** By then a supervisor whose home was moved has seen it, and ended. */
export const HOME_LEFT = 4 * SECOND;
/** From the word that it ends to its end: trainers save their checkpoints meanwhile. */
export const SUPERVISOR_END = 45 * SECOND;
export const RESTART_DELAY = 0.2 * SECOND;
/** How often a starting worker looks whether the server, which starts beside it, answers. */
export const CONNECT_POLL = 0.1 * SECOND;
/** Traces are sent this often; of one sending. */
export const SPANS_EVERY = 5 * SECOND;
export const SPANS_PATIENCE = 5 * SECOND;
/** A new version is made current when its workers are there; pulling an image takes minutes. */
export const ROLLOUT_PATIENCE = 5 * MINUTE;
/** Of Temporal, asked for a readiness probe: less than a probe's own patience. */
export const READY_PATIENCE = SECOND;
/** A worker that dies sooner than this so often in a row does so again; its start alone may take seconds. */
export const QUICK_DEATH = 20 * SECOND;
export const MOST_QUICK_DEATHS = 5;

/**
 * A worker that was cut off asks a Temporal server so long whether a lineage still wants its pod; longer than a restart and
 * most failovers. Then it leaves the pod to whoever comes later. Of one question.
 */
export const SERVER_PATIENCE = 5 * MINUTE;
export const SERVER_TIMEOUT = 5 * SECOND;

/** A Kubernetes API server that is away is asked again until then; a restart takes seconds, a failover minutes. */
export const API_PATIENCE = 5 * MINUTE;
/** Of one request. */
export const API_TIMEOUT = 30 * SECOND;
/** Between two tries, and before a watch that broke is started again. */
export const API_RETRY = SECOND;
/** Who is refused for so long lacks the right; an API server that starts may refuse everybody for a moment. */
export const REFUSED_START = 4 * SECOND;
/** How often the watched state of a Job, which is in memory, is looked at. */
export const JOB_TICK = 0.2 * SECOND;
/** A Job of another lineage that does the same is looked at this often: its place is free soon enough. */
export const OTHERS_LOOK = SECOND;
/** A Job without a pod for so long may have one refused; then its warnings are read this often. */
export const POD_PATIENCE = 5 * SECOND;
export const REFUSAL_LOOK = 30 * SECOND;
/**
 * A watch may have gone deaf without an error: one that told nothing for so long is made anew, and a Job that it never showed
 * is read.
 */
export const WATCH_SILENCE = 2 * MINUTE;
/** The registry said that there is no such image, or that we may not have it: time for a second try. */
export const HOPELESS_PULL = 20 * SECOND;
/** Beyond its grace period a pod that was deleted is waited for so long; then its node counts as lost. */
export const LOST_POD = MINUTE;
/** A pod's log goes to the store this often. */
export const LOG_EVERY = 10 * SECOND;
/** For the end of a log, which a kubelet that is gone with its node never gives. */
export const LAST_LOG = 10 * SECOND;
/**
 * The account of a try is renewed this often while nothing changes: so much of its time is lost with its follower. A pod's
 * own status tells most of it afterwards.
 */
export const TRY_SEEN_EVERY = { here: 2 * SECOND, inPod: 30 * SECOND } as const;
/** A carrier tells its progress this often; every line is one in the pod's log. */
export const PROGRESS_EVERY = SECOND;
/** After its result a trainer has so long to end, before its carrier gives it up. */
export const TRAINER_LINGER = MINUTE;

/** A store that does not answer for so long is told to whoever waits at a terminal, and again after so long. */
export const OUTAGE_SAID = 3 * SECOND;
export const OUTAGE_SAID_AGAIN = MINUTE;

/** A model hub's connection that brings nothing for so long is given up, and the rest asked for anew. */
export const HUB_SILENCE = 30 * SECOND;

/** How often a trainer that waits for GPUs of this machine looks whether enough are free. */
export const GPU_POLL = 0.5 * SECOND;
/** nvidia-smi loads the driver where nobody keeps it loaded, which takes seconds; beside a sick GPU it may hang. */
export const NVIDIA_SMI_PATIENCE = 30 * SECOND;
