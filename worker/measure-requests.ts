import type { TryObserver } from '../activities/try-observer.ts';
import type { Metrics } from './meter.ts';
import { watchRequests } from './watch-requests.ts';

/** Counts this worker's requests and bytes, and the bytes of which carriers told in their last words. */
export function measureRequests(metrics: Metrics): Pick<TryObserver, 'onCarried'> {
  // A series that begins at its first event has no rate there.
  for (const peer of ['s3', 'kubernetes'])
    metrics.requests.add(0, { peer, method: 'GET', code: 200 });
  for (const by of ['worker', 'carrier']) {
    metrics.sent.add(0, { by });
    metrics.received.add(0, { by });
  }
  watchRequests(({ peer, method, code, sent, received }) => {
    metrics.requests.add(1, { peer, method, code });
    if (peer !== 's3') return;
    metrics.sent.add(sent, { by: 'worker' });
    metrics.received.add(received, { by: 'worker' });
  });
  return {
    onCarried: ({ sent, received }) => {
      metrics.sent.add(sent, { by: 'carrier' });
      metrics.received.add(received, { by: 'carrier' });
    },
  };
}
