import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/** A request of this process that has its answer's head, or will never have one. */
export interface WatchedRequest {
  peer: 's3' | 'kubernetes';
  method: string;
  /** 0: no answer. */
  code: number;
  /** Bytes of the bodies, as far as their heads tell. */
  sent: number;
  received: number;
}

/** Hears of requests from Node itself: neither k8s/ nor store/ knows that anybody counts. */
export function watchRequests(tell: (request: WatchedRequest) => void): void {
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const peer = peerOf(request);
    if (!peer) return;
    const { method } = request;
    const sent = lengthOf(request.getHeader('content-length'));
    const received = method === 'HEAD' ? 0 : lengthOf(response.headers['content-length']);
    tell({ peer, method, code: response.statusCode ?? 0, sent, received });
  });
  subscribe('http.client.request.error', (message) => {
    const { request } = message as { request: ClientRequest };
    const peer = peerOf(request);
    if (peer) tell({ peer, method: request.method, code: 0, sent: 0, received: 0 });
  });
}

/** Undefined: neither of the two, such as a service that gives out credentials. */
function peerOf(request: ClientRequest): WatchedRequest['peer'] | undefined {
  if (/\bapi\/s3#/.test(String(request.getHeader('user-agent')))) return 's3';
  return /^\/(api|apis|version)(\/|$)/.test(request.path) ? 'kubernetes' : undefined;
}

function lengthOf(header: unknown): number {
  return Number(header ?? 0) || 0;
}
