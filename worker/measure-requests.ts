import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Metrics } from './meter.ts';

/** Counts this process's own requests, as Node itself tells of them: neither k8s/ nor store/ knows of metrics. */
export function measureRequests(metrics: Metrics): void {
  for (const peer of ['s3', 'kubernetes']) {
    metrics.requests.add(0, { peer, method: 'GET', code: 200 });
    metrics.sent.add(0, { peer });
    metrics.received.add(0, { peer });
  }
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const peer = peerOf(request);
    if (!peer) return;
    const { method } = request;
    metrics.requests.add(1, { peer, method, code: response.statusCode ?? 0 });
    metrics.sent.add(lengthOf(request.getHeader('content-length')), { peer });
    metrics.received.add(lengthOf(response.headers['content-length']), { peer });
  });
  subscribe('http.client.request.error', (message) => {
    const { request } = message as { request: ClientRequest };
    const peer = peerOf(request);
    if (peer) metrics.requests.add(1, { peer, method: request.method, code: 0 });
  });
}

/** Undefined: neither of the two, such as a service that gives out credentials. */
function peerOf(request: ClientRequest): 's3' | 'kubernetes' | undefined {
  if (/\bapi\/s3#/.test(String(request.getHeader('user-agent')))) return 's3';
  return /^\/(api|apis|version)(\/|$)/.test(request.path) ? 'kubernetes' : undefined;
}

function lengthOf(header: unknown): number {
  return Number(header ?? 0) || 0;
}
