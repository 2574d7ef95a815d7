import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import type { Level, Log } from './log.ts';

const LEVELS: Record<LogEntry['level'], Level> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  /** Of its own states, in every start and end of a worker. */
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
};

/** One of the two workers has activities only, and neither has anything of Nexus. */
const EXPECTED = /^No (workflows|Nexus services) registered/;

/** What of the SDK's own words is worth a field. */
const FIELDS = ['workflowId', 'activityType', 'activityId', 'attempt', 'taskQueue', 'sdkComponent'];

/** The SDK's log, in ours. */
export function logTemporal(log: Log): DefaultLogger {
  return new DefaultLogger('INFO', ({ level, message, meta = {} }) => {
    const { error } = meta as { error?: unknown };
    const why = error instanceof Error ? error.message : error;
    const known = FIELDS.map((name) => [name, (meta as Record<string, unknown>)[name]]);
    const told = known.filter(([, value]) => ['string', 'number'].includes(typeof value));
    log(EXPECTED.test(message) ? 'debug' : LEVELS[level], message, {
      ...Object.fromEntries(told),
      ...(why === undefined ? {} : { why: String(why) }),
    });
  });
}
