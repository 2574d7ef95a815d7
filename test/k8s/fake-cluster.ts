import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { V1DeleteOptions, V1Job } from '@kubernetes/client-node';
import { onTestFinished, vi } from 'vitest';
import { startFakeApiServer } from './fake-api-server.ts';

/** Jobs of a namespace as an API server keeps them, without anybody who would give them pods. */
export class FakeCluster {
  /** Of this test alone: watches are kept by it. */
  readonly namespace: string;
  readonly jobs = new Map<string, V1Job>();
  /** Names of those that were created, and uids of those that were removed, by whoever asks over the network. */
  readonly created: string[] = [];
  readonly removed: string[] = [];
  /** Names of those whose pods do not end when they are removed: their nodes do not answer. */
  readonly stuck = new Set<string>();
  private readonly watchers = new Set<ServerResponse>();
  /** Lines for watchers; the number of the last is the version that stands. */
  private readonly events: string[] = [];

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  /** Answers whoever reads KUBECONFIG until the test ends. */
  async start(): Promise<this> {
    const { config } = await startFakeApiServer((url, response, request) => {
      response.setHeader('content-type', 'application/json');
      void this.answer(url, request, response);
    });
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-fake-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'kubeconfig'), config.exportConfig());
    vi.stubEnv('KUBECONFIG', join(folder, 'kubeconfig'));
    return this;
  }

  put(job: V1Job): V1Job {
    const { name = '' } = job.metadata ?? {};
    const known = this.jobs.get(name);
    const uid = known?.metadata?.uid ?? `uid-${this.events.length}`;
    const put = { ...job, metadata: { uid, ...job.metadata } };
    this.jobs.set(name, put);
    this.tell(known ? 'MODIFIED' : 'ADDED', put);
    return put;
  }

  remove(name: string): void {
    const job = this.jobs.get(name);
    if (!job) throw new Error(`no Job ${name}`);
    this.jobs.delete(name);
    this.tell('DELETED', job);
  }

  private tell(type: string, { metadata, ...job }: V1Job): void {
    const resourceVersion = String(this.events.length + 1);
    const object = { ...job, metadata: { ...metadata, resourceVersion } };
    const line = `${JSON.stringify({ type, object })}\n`;
    this.events.push(line);
    for (const watcher of this.watchers) watcher.write(line);
  }

  private watch(url: URL, watcher: ServerResponse): void {
    watcher.flushHeaders();
    if (!url.pathname.endsWith('/jobs')) return;
    for (const line of this.events.slice(Number(url.searchParams.get('resourceVersion'))))
      watcher.write(line);
    this.watchers.add(watcher);
  }

  private async answer(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [, name = ''] = /\/jobs\/([^/]+)$/.exec(url.pathname) ?? [];
    const send = (status: number, body: object): void => {
      response.writeHead(status).end(JSON.stringify(body));
    };
    const standing = this.jobs.get(name);
    if (url.searchParams.has('watch')) this.watch(url, response);
    else if (request.method === 'POST') {
      const job = (await json(request)) as V1Job;
      const wanted = job.metadata?.name ?? '';
      if (this.jobs.has(wanted)) return send(409, { message: 'AlreadyExists' });
      this.created.push(wanted);
      send(201, this.put(job));
    } else if (name !== '' && !standing) send(404, { message: 'NotFound' });
    else if (request.method === 'DELETE') this.delete(standing, await json(request), send);
    else send(200, standing ?? this.list(url));
  }

  private delete(
    job: V1Job | undefined,
    options: unknown,
    send: (status: number, body: object) => void,
  ): void {
    const { name = '', uid = '' } = job?.metadata ?? {};
    const { preconditions } = options as V1DeleteOptions;
    if (preconditions?.uid !== uid) return send(409, { message: 'Conflict' });
    this.removed.push(uid);
    if (this.stuck.has(name)) this.markDeleted(name);
    else this.remove(name);
    send(200, {});
  }

  /** It is on its way out from now on. */
  markDeleted(name: string): void {
    const job = this.jobs.get(name);
    this.put({ ...job, metadata: { ...job?.metadata, deletionTimestamp: new Date() } });
  }

  private list({ pathname }: URL): object {
    const items = pathname.endsWith('/jobs') ? [...this.jobs.values()] : [];
    return { items, metadata: { resourceVersion: String(this.events.length) } };
  }
}
