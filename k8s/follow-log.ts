import { Writable } from 'node:stream';
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

/**
 * Hands over what a container says, as it says it, until `signal` aborts or the container is gone. After a broken connection
 * it starts again from the beginning, which `onText` is told by `restarted`.
 */
export async function followLog(
  { config }: Cluster,
  { namespace, pod, container }: LogSource,
  onText: (text: string, restarted: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  const log = new Log(config);
  while (!signal.aborted) {
    let restarted = true;
    const decoder = new TextDecoder();
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        onText(decoder.decode(chunk, { stream: true }), restarted);
        restarted = false;
        done();
      },
    });
    const stop = new AbortController();
    const end = (): void => {
      stop.abort();
      sink.destroy();
    };
    signal.addEventListener('abort', end, { once: true });
    try {
      const request = await log.log(namespace, pod, container, sink, { follow: true });
      stop.signal.addEventListener('abort', () => request.abort(), { once: true });
      if (signal.aborted) end();
      await finished(sink);
      return;
    } catch {
      // The container does not run yet, or the connection broke.
      await delay(API_RETRY);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }
}
