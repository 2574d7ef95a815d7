import type { CoreV1Event, V1Job, V1Pod } from '@kubernetes/client-node';
import { POD_PATIENCE, REFUSAL_LOOK } from '../contract/timeouts.ts';

/**
 * Why a Job that runs has no pod: a quota, or an admission rule. Only the Job controller's warnings tell, and they are asked
 * for rarely: most pods stand a moment after their Job.
 */
export class RefusedPods {
  private readonly readWarnings: () => Promise<CoreV1Event[]>;
  private podlessSince: number | undefined;
  private lookedAt = -Infinity;
  private message: string | undefined;

  constructor(readWarnings: () => Promise<CoreV1Event[]>) {
    this.readWarnings = readWarnings;
  }

  /** In the cluster's words; undefined while nothing refuses it. */
  async explain(job: V1Job | undefined, pod: V1Pod | undefined): Promise<string | undefined> {
    const now = performance.now();
    const isPodless = job !== undefined && !job.spec?.suspend && !pod;
    this.podlessSince = isPodless ? (this.podlessSince ?? now) : undefined;
    if (this.podlessSince === undefined) this.message = undefined;
    else if (now - this.podlessSince > POD_PATIENCE && now - this.lookedAt > REFUSAL_LOOK) {
      this.lookedAt = now;
      this.message = findRefusal(await this.readWarnings())?.message;
    }
    return this.message;
  }
}

/** The latest that a Job's pod could not be created. */
export function findRefusal(events: CoreV1Event[]): CoreV1Event | undefined {
  return events.findLast(({ reason }) => reason === 'FailedCreate');
}
