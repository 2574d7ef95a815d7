import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256Of } from '../../store/records.ts';

export const MODEL = 'organisation/tiny';
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
/** Entries of a page of a listing. */
const PAGE = 3;
/** A file above this is in the hub's large-file storage. */
const LARGE = 1000;

export interface Seen {
  host: 'hub' | 'cdn';
  path: string;
  range: string | undefined;
  token: string | undefined;
}

/** One model on a hub as its API answers: listings in pages, large files on a CDN of another origin, ranges. */
export class FakeHub {
  readonly seen: Seen[] = [];
  /** Of a gated or private model: whoever brings it may read. */
  token: string | undefined;
  /** Bytes after which the CDN breaks off the next answers. */
  cuts: number[] = [];
  /** What the CDN has instead of what is listed. */
  changed: Record<string, Buffer> = {};
  /** So many requests are answered with 503 before any other. */
  busy = 0;
  /** What it answers to everything where it is no hub. */
  words: string | undefined;
  readonly files: Record<string, Buffer>;
  readonly #hub = createServer((request, response) => this.#answer(request, response));
  readonly #cdn = createServer((request, response) => this.#deliver(request, response));

  private constructor(files: Record<string, Buffer>) {
    this.files = files;
  }

  static async start(files: Record<string, Buffer>): Promise<FakeHub> {
    const hub = new FakeHub(files);
    for (const server of [hub.#hub, hub.#cdn])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get endpoint(): string {
    return originOf(this.#hub);
  }

  stop(): void {
    for (const server of [this.#hub, this.#cdn]) {
      server.close();
      server.closeAllConnections();
    }
  }

  /** Paths that were fetched from the CDN, with the ranges asked for. */
  deliveries(): string[] {
    const delivered = this.seen.filter(({ host }) => host === 'cdn');
    return delivered.map(({ path, range }) => `${path.split('?')[0]} ${range ?? 'all'}`);
  }

  #note(host: Seen['host'], { url = '', headers }: IncomingMessage): void {
    this.seen.push({ host, path: url, range: headers.range, token: headers.authorization });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#note('hub', request);
    const { pathname, searchParams } = new URL(request.url ?? '', this.endpoint);
    const refusal = this.#refuse(pathname, request.headers.authorization);
    if (refusal) {
      const [status, code] = refusal;
      return void response.writeHead(status, { 'x-error-code': code }).end('refused');
    }
    if (this.words !== undefined) return void response.end(this.words);
    const { kind, name = '' } = parsePlace(pathname);
    if (kind === 'revision') return void response.end(JSON.stringify({ sha: COMMIT }));
    if (kind === 'tree') return this.#list(Number(searchParams.get('cursor')), response);
    const file = this.files[name] ?? Buffer.alloc(0);
    if (file.length < LARGE) return void response.end(file);
    response.writeHead(302, { location: `${originOf(this.#cdn)}/${name}?signature=s3cret` }).end();
  }

  #refuse(pathname: string, authorization: string | undefined): [number, string] | undefined {
    if (this.busy > 0) {
      this.busy -= 1;
      return [503, ''];
    }
    const { kind, revision, name = '' } = parsePlace(pathname);
    if (!pathname.includes(`/${MODEL}/`)) return [401, 'RepoNotFound'];
    if (this.token !== undefined && authorization !== `Bearer ${this.token}`)
      return [authorization ? 403 : 401, 'GatedRepo'];
    const known = kind === 'revision' ? ['main', COMMIT] : [COMMIT];
    if (!known.includes(revision ?? '')) return [404, 'RevisionNotFound'];
    return kind === 'resolve' && !this.files[name] ? [404, 'EntryNotFound'] : undefined;
  }

  #list(cursor: number, response: ServerResponse): void {
    const all = Object.entries(this.files).map(([path, bytes]) => ({
      type: 'file',
      path,
      size: bytes.length,
      oid: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
      ...(bytes.length >= LARGE && { lfs: { oid: sha256Of(bytes), size: bytes.length } }),
    }));
    const entries = [{ type: 'directory', path: 'original', size: 0, oid: '0' }, ...all];
    const next = cursor + PAGE;
    if (next < entries.length) {
      const url = `${this.endpoint}/api/models/${MODEL}/tree/${COMMIT}?cursor=${next}`;
      response.setHeader('link', `<${url}>; rel="next"`);
    }
    response.end(JSON.stringify(entries.slice(cursor, next)));
  }

  #deliver(request: IncomingMessage, response: ServerResponse): void {
    this.#note('cdn', request);
    const name = new URL(request.url ?? '', originOf(this.#cdn)).pathname.slice(1);
    const all = this.changed[name] ?? this.files[name] ?? Buffer.alloc(0);
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= all.length) return void response.writeHead(416).end();
    const rest = all.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length });
    const cut = this.cuts.shift();
    if (cut === undefined || cut >= rest.length) return void response.end(rest);
    response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 50));
  }
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function parsePlace(pathname: string): Record<string, string | undefined> {
  const place = /\/(?<kind>tree|resolve|revision)\/(?<revision>[^/]+)\/?(?<name>.*)$/;
  return place.exec(pathname)?.groups ?? {};
}
