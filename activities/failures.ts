import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { redactSecrets } from '../compute/redact-secrets.ts';
import { CAUSES, CausedError, type CauseName } from '../contract/causes.ts';
import { causeOf } from './cause-of.ts';

/** Whether Temporal has retried this activity as often as the cause allows. */
function isSpent(cause: CauseName): boolean {
  return Context.current().info.attempt > CAUSES[cause].retries;
}

/** Gives every activity's failures their cause as Temporal's failure type; what no retry can mend is not retried. */
export function withCauses<T extends object>(activities: T): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await activity(...args);
      } catch (error) {
        if (error instanceof CancelledFailure || error instanceof ApplicationFailure) throw error;
        const cause = causeOf(error);
        throw ApplicationFailure.create({
          type: cause,
          message: redactSecrets(error instanceof Error ? error.message : String(error)),
          nonRetryable: isSpent(cause),
          ...(error instanceof CausedError && error.node ? { details: [error.node] } : {}),
          ...(cause === 'internal' && error instanceof Error
            ? { cause: withoutSecrets(error) }
            : {}),
        });
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}

/** A bug's stack is worth keeping. */
function withoutSecrets({ name, message, stack = '' }: Error): Error {
  return Object.assign(new Error(redactSecrets(message)), { name, stack: redactSecrets(stack) });
}
