/** Every label, annotation and name by which Ratchet knows its own objects in a cluster. */

export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  sweep: 'ratchet.dev/sweep',
  condition: 'ratchet.dev/condition',
  seed: 'ratchet.dev/seed',
  stage: 'ratchet.dev/stage',
  /** Kueue's own: the LocalQueue that admits a Job. */
  queue: 'kueue.x-k8s.io/queue-name',
  queuePriority: 'kueue.x-k8s.io/priority-class',
  /** Set by the Job controller on its pods: another Job may have had the same name. */
  jobUid: 'batch.kubernetes.io/controller-uid',
} as const;

export const ANNOTATIONS = {
  /** Of the unit of work, in full. */
  key: 'ratchet.dev/key',
  store: 'ratchet.dev/store',
  block: 'ratchet.dev/block',
  /** Of AWS: containers that get neither the token nor the variables of their pod's role. */
  withoutRole: 'eks.amazonaws.com/skip-containers',
  /** Kueue's own, of a pod. */
  requiredTopology: 'kueue.x-k8s.io/podset-required-topology',
  preferredTopology: 'kueue.x-k8s.io/podset-preferred-topology',
} as const;

export const MANAGER = 'ratchet';
export const OURS = `${LABELS.managedBy}=${MANAGER}`;

export const CONTAINERS = { carrier: 'carrier', trainer: 'trainer' } as const;
