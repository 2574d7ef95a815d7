import type { TryObserver } from '../activities/try-observer.ts';
import { CAUSES, isCauseName, resultOf } from '../contract/causes.ts';
import type { MeasuredProgress } from '../contract/telemetry.ts';
import type { Try } from '../store/tries.ts';
import type { Metrics } from './meter.ts';

const STAGES = ['train', 'evaluate'] as const;
const STATES = ['waiting', 'queued', 'unschedulable', 'starting', 'running'] as const;

const RESULTS = ['done', 'interrupted', 'failed', 'stopped'] as const;

/** Keeps the metrics of tries. Times are counted at a try's end, by whoever sees it: so never twice. */
export function measureTries(metrics: Metrics): Omit<TryObserver, 'onCarried'> {
  const followed = new Map<string, { one: Try; progress: MeasuredProgress | undefined }>();
  const tell = (): void => {
    const all = [...followed.values()];
    for (const stage of STAGES) {
      const own = all.filter(({ one }) => one.stage === stage);
      const told = own.flatMap(({ progress }) => progress ?? []);
      metrics.speed.set(sum(told.map(({ tokensPerSecond }) => tokensPerSecond)), { stage });
      metrics.mfu.set(mean(told.map(({ mfu }) => mfu)), { stage });
      metrics.utilisation.set(mean(told.map(({ gpuUtilisation }) => gpuUtilisation)), { stage });
      metrics.power.set(sum(told.map(({ gpuPowerWatts = 0 }) => gpuPowerWatts)), { stage });
      for (const state of STATES) {
        const there = own.filter(({ one }) => one.state === state);
        metrics.tries.set(there.length, { stage, state });
        if (state === 'starting' || state === 'running')
          metrics.gpus.set(sum(there.map(({ one }) => one.gpus)), { stage, state });
      }
    }
  };
  tell();
  beginCounters(metrics);
  return {
    onState: (one) => {
      if (one.end) {
        followed.delete(one.name);
        countEnd(metrics, one);
      } else followed.set(one.name, { one, progress: followed.get(one.name)?.progress });
      tell();
    },
    onLeft: ({ name }) => {
      followed.delete(name);
      tell();
    },
    onProgress: ({ name }, progress) => {
      const known = followed.get(name);
      if (!known) return;
      known.progress = progress;
      tell();
    },
  };
}

/** A series that begins at its first event has no rate there: an alert would not hear of it. */
function beginCounters({ ended, gpuSeconds }: Metrics): void {
  for (const stage of STAGES) {
    for (const result of RESULTS) gpuSeconds.add(0, { stage, result });
    for (const result of ['done', 'stopped']) ended.add(0, { stage, result, cause: '' });
    for (const cause of Object.keys(CAUSES).filter(isCauseName))
      ended.add(0, { stage, result: resultOf(cause), cause });
  }
}

function countEnd(metrics: Metrics, { stage, end, gpus, ...times }: Try): void {
  if (!end) return;
  const { queuedAt, startingAt, runningAt, seenAt } = times;
  const { result } = end;
  metrics.ended.add(1, { stage, result, cause: 'cause' in end ? end.cause : '' });
  metrics.queued.record(seconds(queuedAt, startingAt ?? seenAt), { stage });
  if (startingAt === null) return;
  metrics.starting.record(seconds(startingAt, runningAt ?? seenAt), { stage });
  if (gpus > 0)
    metrics.gpuSeconds.add(Math.round(gpus * seconds(startingAt, seenAt)), { stage, result });
  if (runningAt !== null) metrics.running.record(seconds(runningAt, seenAt), { stage, result });
}

function seconds(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;
}

/** Of those that are known. */
function mean(values: (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined);
  return sum(known) / Math.max(1, known.length);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
