import { type RuntimeOptions, Runtime } from '@temporalio/worker';
import type { TryObserver } from '../activities/try-observer.ts';
import { shortBuild } from './deployed-workers.ts';
import { choosePort } from './embedded-server.ts';
import type { Log } from './log.ts';
import { logTries } from './log-tries.ts';
import { measureRequests } from './measure-requests.ts';
import { measureTries } from './measure-tries.ts';
import { bucketsOf, createMetrics } from './meter.ts';
import { logTemporal } from './temporal-log.ts';
import { openTracer, type Tracer } from './tracer.ts';

/** What a worker tells of itself. */
export interface Telemetry {
  observer: TryObserver;
  /** Where traces are wanted. */
  tracer: Tracer | undefined;
  /** Prometheus text of the SDK's metrics and ours. */
  readMetrics: () => Promise<{ type: string; text: string }>;
}

const LOGGING = { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } as const;

/** The runtime of a worker that nobody scrapes: it only logs. */
export function installRuntime(log: Log): Omit<Telemetry, 'readMetrics'> {
  Runtime.install({ ...runtimeOptions(log), telemetryOptions: { logging: LOGGING } });
  const tracer = openTracer(log);
  return { tracer, observer: tellAll(logTries(log), tracer?.observer) };
}

/** The same with metrics, which the SDK gathers on a port of loopback; the worker's one port passes them on. */
export async function installMeasuredRuntime(log: Log): Promise<Telemetry> {
  const page = `127.0.0.1:${await choosePort()}`;
  const { metricMeter } = Runtime.install({
    ...runtimeOptions(log),
    telemetryOptions: {
      logging: LOGGING,
      metrics: {
        prometheus: {
          bindAddress: page,
          countersTotalSuffix: true,
          unitSuffix: true,
          useSecondsForDurations: true,
          histogramBucketOverrides: bucketsOf(),
        },
      },
    },
  });
  const metrics = createMetrics(metricMeter);
  metrics.build.set(1, { build: shortBuild(), node: process.versions.node });
  const measured = { ...measureTries(metrics), ...measureRequests(metrics) };
  const tracer = openTracer(log);
  return {
    tracer,
    observer: tellAll(logTries(log), measured, tracer?.observer),
    readMetrics: async () => {
      const response = await fetch(`http://${page}/metrics`);
      const type = response.headers.get('content-type') ?? 'text/plain';
      return { type, text: await response.text() };
    },
  };
}

function runtimeOptions(log: Log): RuntimeOptions {
  return { shutdownSignals: [], logger: logTemporal(log) };
}

function tellAll(...wanted: (TryObserver | undefined)[]): TryObserver {
  const observers = wanted.filter((one) => one !== undefined);
  return {
    onState: (one) => observers.forEach(({ onState }) => onState(one)),
    onLeft: (one) => observers.forEach(({ onLeft }) => onLeft(one)),
    onProgress: (one, progress) => observers.forEach(({ onProgress }) => onProgress(one, progress)),
    onCarried: (traffic) => observers.forEach(({ onCarried }) => onCarried(traffic)),
  };
}
