import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { V1DeleteOptions, V1Job, V1ObjectMeta, V1Pod } from '@kubernetes/client-node';
import { onTestFinished, vi } from 'vitest';
import { LABELS } from '../../k8s/labels.ts';
import { startFakeApiServer } from './fake-api-server.ts';

type Send = (status: number, body: object) => void;

/** A namespace as an API server keeps it, where nobody does anything about its Jobs but the test. */
export class FakeCluster {
  /** Of this test alone: watches are kept by it. */
  readonly namespace: string;
  readonly jobs = new FakeObjects<V1Job>();
  readonly pods = new FakeObjects<V1Pod>();
  /** The pod of a Job that is created, by default none. */
  makePod: (job: V1Job) => V1Pod | undefined = () => undefined;
  /** What a pod's containers said, by its name; others are silent. */
  readonly logs = new Map<string, string>();
  /**
   * Names of Jobs that were created and of those that were found when they should be, and uids of those that were removed,
   * by whoever asks over the network.
   */
  readonly created: string[] = [];
  readonly found: string[] = [];
  readonly removed: string[] = [];
  /** Names of those whose pods do not end when they are removed: their nodes do not answer. */
  readonly stuck = new Set<string>();

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

  /** It is on its way out from now on. */
  markDeleted(name: string): void {
    const job = this.jobs.get(name);
    this.jobs.put({ ...job, metadata: { ...job?.metadata, deletionTimestamp: new Date() } });
  }

  private async answer(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [, kind, name, isLog] = PATH.exec(url.pathname) ?? [];
    const send: Send = (status, body) => response.writeHead(status).end(JSON.stringify(body));
    if (isLog) return this.say(this.logs.get(name ?? ''), response);
    const objects = kind === 'jobs' ? this.jobs : kind === 'pods' ? this.pods : NONE;
    if (url.searchParams.has('watch')) return objects.watch(url, response);
    if (request.method === 'POST') return this.create((await json(request)) as V1Job, send);
    if (name === undefined) return send(200, objects.list(url));
    return this.answerOf(objects.get(name), request, send);
  }

  private async answerOf(
    object: V1Job | V1Pod | undefined,
    request: IncomingMessage,
    send: Send,
  ): Promise<void> {
    if (!object) return send(404, { message: 'NotFound' });
    if (request.method !== 'DELETE') return send(200, object);
    this.delete(object.metadata ?? {}, (await json(request)) as V1DeleteOptions, send);
  }

  private say(log: string | undefined, response: ServerResponse): void {
    response.setHeader('content-type', 'text/plain');
    if (log === undefined) response.flushHeaders();
    else response.end(log);
  }

  private create(wanted: V1Job, send: Send): void {
    const { name = '' } = wanted.metadata ?? {};
    const isThere = this.jobs.get(name) !== undefined;
    (isThere ? this.found : this.created).push(name);
    if (isThere) return send(409, { message: 'AlreadyExists' });
    const job = this.jobs.put(wanted);
    const pod = this.makePod(job);
    if (pod) this.pods.put(pod);
    send(201, job);
  }

  /** In the foreground: its pods are gone with it. */
  private delete(
    { name = '', uid = '' }: V1ObjectMeta,
    { preconditions }: V1DeleteOptions,
    send: Send,
  ): void {
    if (preconditions?.uid !== uid) return send(409, { message: 'Conflict' });
    this.removed.push(uid);
    if (this.stuck.has(name)) this.markDeleted(name);
    else {
      for (const pod of this.pods.ofJob(uid)) this.pods.remove(pod.metadata?.name ?? '');
      this.jobs.remove(name);
    }
    send(200, {});
  }
}

/** Objects of a kind, by their names, and all that ever changed. */
class FakeObjects<T extends { metadata?: V1ObjectMeta }> {
  private readonly objects = new Map<string, T>();
  private readonly watchers = new Set<ServerResponse>();
  /** Lines for watchers; the number of the last is the version that stands. */
  private readonly events: string[] = [];

  get(name: string): T | undefined {
    return this.objects.get(name);
  }

  all(): T[] {
    return [...this.objects.values()];
  }

  /** Pods, of the Job with this uid. */
  ofJob(uid: string): T[] {
    return this.all().filter(({ metadata }) => metadata?.labels?.[LABELS.jobUid] === uid);
  }

  put(object: T): T {
    const { name = '' } = object.metadata ?? {};
    const known = this.get(name);
    const uid = known?.metadata?.uid ?? `uid-${this.events.length}`;
    const put = { ...object, metadata: { uid, ...object.metadata } };
    this.objects.set(name, put);
    this.tell(known ? 'MODIFIED' : 'ADDED', put);
    return put;
  }

  remove(name: string): void {
    const object = this.get(name);
    if (!object) throw new Error(`there is no ${name}`);
    this.objects.delete(name);
    this.tell('DELETED', object);
  }

  list(url: URL): object {
    const [, uid] = url.searchParams.get('labelSelector')?.split(`${LABELS.jobUid}=`) ?? [];
    const items = uid === undefined ? this.all() : this.ofJob(uid);
    return { items, metadata: { resourceVersion: String(this.events.length) } };
  }

  watch(url: URL, watcher: ServerResponse): void {
    watcher.flushHeaders();
    const since = Number(url.searchParams.get('resourceVersion'));
    for (const line of this.events.slice(since)) watcher.write(line);
    this.watchers.add(watcher);
  }

  private tell(type: string, { metadata, ...object }: T): void {
    const resourceVersion = String(this.events.length + 1);
    const told = { ...object, metadata: { ...metadata, resourceVersion } };
    const line = `${JSON.stringify({ type, object: told })}\n`;
    this.events.push(line);
    for (const watcher of this.watchers) watcher.write(line);
  }
}

const PATH = /\/(jobs|pods|events)(?:\/([^/]+))?(\/log)?$/;
const NONE = new FakeObjects<V1Job>();
