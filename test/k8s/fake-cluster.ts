import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { V1DeleteOptions, V1Job, V1Pod } from '@kubernetes/client-node';
import { onTestFinished, vi } from 'vitest';
import { LABELS } from '../../k8s/labels.ts';
import { startFakeApiServer } from './fake-api-server.ts';

/** Jobs of a namespace as an API server keeps them, and of their pods what a test says. */
export class FakeCluster {
  /** Of this test alone: watches are kept by it. */
  readonly namespace: string;
  readonly jobs = new Map<string, V1Job>();
  readonly pods = new Map<string, V1Pod>();
  /** Of a Job that is created, by default none. They go with it. */
  makePod: (job: V1Job) => V1Pod | undefined = () => undefined;
  /** Names of those that were created, of those that were found when they should be, and uids of those that were removed, by whoever asks over the network. */
  readonly created: string[] = [];
  readonly found: string[] = [];
  readonly removed: string[] = [];
  /** Names of those whose pods do not end when they are removed: their nodes do not answer. */
  readonly stuck = new Set<string>();
  private readonly watchers = new Map<ServerResponse, Kind>();
  /** Lines for watchers; the number of the last is the version that stands. */
  private readonly events: { kind: Kind; line: string }[] = [];

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
    this.tell('jobs', known ? 'MODIFIED' : 'ADDED', put);
    return put;
  }

  remove(name: string): void {
    const job = this.jobs.get(name);
    if (!job) throw new Error(`no Job ${name}`);
    const pod = this.pods.get(name);
    this.jobs.delete(name);
    this.pods.delete(name);
    if (pod) this.tell('pods', 'DELETED', pod);
    this.tell('jobs', 'DELETED', job);
  }

  private addPod(job: V1Job): V1Job {
    const pod = this.makePod(job);
    if (pod) this.pods.set(job.metadata?.name ?? '', pod);
    if (pod) this.tell('pods', 'ADDED', pod);
    return job;
  }

  private tell(kind: Kind, type: string, { metadata, ...rest }: V1Job | V1Pod): void {
    const resourceVersion = String(this.events.length + 1);
    const object = { ...rest, metadata: { ...metadata, resourceVersion } };
    const line = `${JSON.stringify({ type, object })}\n`;
    this.events.push({ kind, line });
    for (const [watcher, watched] of this.watchers) if (watched === kind) watcher.write(line);
  }

  private watch(url: URL, watcher: ServerResponse): void {
    const kind = kindOf(url);
    watcher.flushHeaders();
    for (const event of this.events.slice(Number(url.searchParams.get('resourceVersion'))))
      if (event.kind === kind) watcher.write(event.line);
    this.watchers.set(watcher, kind);
  }

  private async answer(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [, name = ''] = /\/jobs\/([^/]+)$/.exec(url.pathname) ?? [];
    const send: Send = (status, body) => {
      response.writeHead(status).end(JSON.stringify(body));
    };
    const standing = this.jobs.get(name);
    if (url.searchParams.has('watch')) this.watch(url, response);
    else if (url.pathname.endsWith('/log')) response.flushHeaders();
    else if (request.method === 'POST') {
      this.create((await json(request)) as V1Job, send);
    } else if (name !== '' && !standing) send(404, { message: 'NotFound' });
    else if (request.method === 'DELETE') this.delete(standing, await json(request), send);
    else send(200, standing ?? this.list(url));
  }

  private create(job: V1Job, send: Send): void {
    const { name = '' } = job.metadata ?? {};
    const isThere = this.jobs.has(name);
    (isThere ? this.found : this.created).push(name);
    if (isThere) send(409, { message: 'AlreadyExists' });
    else send(201, this.addPod(this.put(job)));
  }

  private delete(job: V1Job | undefined, options: unknown, send: Send): void {
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

  private list(url: URL): object {
    const [, uid] = url.searchParams.get('labelSelector')?.split(`${LABELS.jobUid}=`) ?? [];
    const items = [...this[kindOf(url)].values()].filter(
      ({ metadata }) => uid === undefined || metadata?.labels?.[LABELS.jobUid] === uid,
    );
    return { items, metadata: { resourceVersion: String(this.events.length) } };
  }
}

type Kind = 'jobs' | 'pods';
type Send = (status: number, body: object) => void;

function kindOf({ pathname }: URL): Kind {
  return pathname.endsWith('/jobs') ? 'jobs' : 'pods';
}
