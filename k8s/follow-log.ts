import { type Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Log } from '@kubernetes/client-node';
import { API_RETRY } from '../contract/timeouts.ts';
import type { Cluster } from './cluster.ts';

export interface LogSource {
  namespace: string;
  pod: string;
  container: string;
}

export interface LogHooks {
  onText: (text: string, restarted: boolean) => void;
  /** Whether the container has, as far as is known. */
  hasEnded: () => boolean;
  signal: AbortSignal;
}

/**
 * Hands over what a container says, as it says it, until `signal` aborts or the container has ended. Where the connection
 * ends before, it starts again from the beginning, which `onText` is told by `restarted`.
 */
export async function followLog(
  { config }: Cluster,
  source: LogSource,
  hooks: LogHooks,
): Promise<void> {
  const log = new Log(config);
  while (!hooks.signal.aborted) {
    // The API server ends the answer in good order, too, when its connection to the kubelet breaks.
    await read(log, source, hooks, true).catch(() => undefined);
    await delay(API_RETRY);
    if (hooks.hasEnded()) return;
  }
}

/** What there is of it now. Throws `ApiException`, or what broke the connection. */
export async function readLog(
  { config }: Cluster,
  source: LogSource,
  hooks: Pick<LogHooks, 'onText' | 'signal'>,
): Promise<void> {
  await read(new Log(config), source, hooks, false);
}

/** One connection, to its end. Throws where the container does not run yet, or the connection broke. */
async function read(
  log: Log,
  { namespace, pod, container }: LogSource,
  { onText, signal }: Pick<LogHooks, 'onText' | 'signal'>,
  follow: boolean,
): Promise<void> {
  let restarted = true;
  const decoder = new TextDecoder();
  const sink = new Writable({
    signal,
    write(chunk: Buffer, _encoding, done) {
      onText(decoder.decode(chunk, { stream: true }), restarted);
      restarted = false;
      done();
    },
  });
  // What breaks is the answer that the client pipes into the sink, which by itself would not hear of it.
  sink.once('pipe', (answer: Readable) => answer.once('error', (error) => sink.destroy(error)));
  const ended = finished(sink);
  ended.catch(() => undefined); // When the request itself fails.
  const request = await log.log(namespace, pod, container, sink, { follow });
  try {
    await ended;
  } finally {
    request.abort();
  }
}
