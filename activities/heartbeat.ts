import type { Context } from '@temporalio/activity';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  Next,
} from '@temporalio/worker';
import type { HeartbeatDetails } from '../contract/activities.ts';
import { HEARTBEAT_INTERVAL } from '../contract/timeouts.ts';

const details = new WeakMap<Context, HeartbeatDetails>();

/** What an activity's next heartbeats tell people; nothing is ever resumed from it. */
export function reportProgress(context: Context, progress: HeartbeatDetails): void {
  details.set(context, progress);
}

/** Every activity heartbeats while it runs, `every` so many milliseconds, so that the death of its worker is noticed soon. */
export class HeartbeatInterceptor implements ActivityInboundCallsInterceptor {
  private readonly context: Context;
  private readonly every: number;

  constructor(context: Context, every = HEARTBEAT_INTERVAL) {
    this.context = context;
    this.every = every;
  }

  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const beat = setInterval(() => this.context.heartbeat(details.get(this.context)), this.every);
    try {
      return await next(input);
    } finally {
      clearInterval(beat);
    }
  }
}
