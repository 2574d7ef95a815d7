import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  connect,
  constants,
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from './certificates.ts';

const { HTTP2_HEADER_AUTHORITY, HTTP2_HEADER_SCHEME } = constants;
const UNAUTHENTICATED = '16';

/** A door before a Temporal server: TLS with certificates on both sides, and an API key. */
export class GuardedTemporal {
  readonly address: string;
  readonly close: () => Promise<void>;

  private constructor(address: string, close: () => Promise<void>) {
    this.address = address;
    this.close = close;
  }

  /** `trusted`: who signs the clients' certificates. */
  static async open(of: {
    target: string;
    server: Certificate;
    trusted: string;
    apiKey: string;
  }): Promise<GuardedTemporal> {
    const inside = connect(`http://${of.target}`);
    const door = createSecureServer({
      cert: readFileSync(of.server.cert),
      key: readFileSync(of.server.key),
      ca: readFileSync(of.trusted),
      requestCert: true,
      rejectUnauthorized: true,
    });
    const sockets = new Set<Socket>();
    door.on('secureConnection', (socket) => sockets.add(socket));
    door.on('tlsClientError', () => undefined);
    door.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      if (headers.authorization !== `Bearer ${of.apiKey}`) return refuse(stream);
      return forward(stream, headers, inside);
    });
    door.listen(0, '127.0.0.1');
    await once(door, 'listening');
    return new GuardedTemporal(`127.0.0.1:${(door.address() as AddressInfo).port}`, async () => {
      for (const socket of sockets) socket.destroy();
      inside.destroy();
      door.close();
      await once(door, 'close');
    });
  }
}

function refuse(stream: ServerHttp2Stream): void {
  stream.resume();
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': UNAUTHENTICATED,
      'grpc-message': 'invalid API key',
    },
    { endStream: true },
  );
}

function forward(
  outer: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  inside: ReturnType<typeof connect>,
): void {
  const { [HTTP2_HEADER_AUTHORITY]: _, [HTTP2_HEADER_SCHEME]: __, ...rest } = headers;
  const inner = inside.request(rest);
  let trailers: IncomingHttpHeaders = {};
  inner.on('error', () => outer.close(constants.NGHTTP2_INTERNAL_ERROR));
  outer.on('close', () => inner.close(constants.NGHTTP2_CANCEL));
  inner.on('response', (answer, flags) => {
    if (outer.destroyed) return;
    const ended = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    outer.respond(answer, ended ? { endStream: true } : { waitForTrailers: true });
  });
  inner.on('trailers', (sent) => {
    trailers = sent;
  });
  outer.on('wantTrailers', () => outer.sendTrailers(trailers));
  outer.pipe(inner).pipe(outer);
}
