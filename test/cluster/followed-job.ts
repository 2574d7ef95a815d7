import { EventEmitter, once } from 'node:events';
import type { JobRequest } from '../../k8s/job-request.ts';
import { type JobEnd, runJob } from '../../k8s/run-job.ts';
import { requestOf, settingsOf } from '../k8s/objects.ts';

export interface FollowedJob {
  request: JobRequest;
  /** When the cluster told of it for the first time. */
  seen: Promise<void>;
  end: Promise<JobEnd | undefined>;
  stop: (reason: Error) => void;
}

/** A Job that no node takes, followed as a worker follows it, with the rights of a context. */
export function followJob(context: string, namespace: string): FollowedJob {
  const nodeSelector = { 'ratchet.dev/nowhere': 'true' };
  const request = requestOf({ settings: settingsOf({ context, namespace, nodeSelector }) });
  const stop = new AbortController();
  const told = new EventEmitter();
  const seen = once(told, 'state').then(() => undefined);
  const end = runJob(request, {
    signal: stop.signal,
    leave: () => Promise.resolve(false),
    isDone: () => Promise.resolve(false),
    onWaiting: () => undefined,
    onState: () => void told.emit('state'),
    onCarrier: () => undefined,
    onLog: () => undefined,
  });
  end.catch(() => undefined); // Whoever waits for `seen` has not come to it yet.
  return { request, seen, end, stop: (reason) => stop.abort(reason) };
}
