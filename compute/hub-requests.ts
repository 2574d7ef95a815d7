import { channel } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvHttpProxyAgent, fetch, type Headers, type Response } from 'undici';
import { CausedError } from '../contract/causes.ts';
import { HUB_SILENCE } from '../contract/timeouts.ts';
import { readPersistence } from '../store/persistence.ts';
import { type Repetition, REPETITIONS } from '../store/repetitions.ts';
import { StoreError } from '../store/store.ts';

/**
 * Requests to a model hub: `HF_ENDPOINT` and `HF_TOKEN` of this process say which, and who asks; `HTTPS_PROXY`, `HTTP_PROXY`
 * and `NO_PROXY` by which way.
 */

const PUBLIC_HUB = 'https://huggingface.co';
const repetitions = channel(REPETITIONS);

/** No answer, or one that broke off: worth asking again. */
export class Unanswered extends Error {}

export interface Answer {
  /** 206: from the byte that was asked for; 200: from the beginning. */
  status: number;
  headers: Headers;
  /** Throws `Unanswered` where it breaks off. */
  chunks: AsyncGenerator<Uint8Array>;
}

let way: EnvHttpProxyAgent | undefined;

/** Its connections are kept, so it is read from the environment once. Addresses of proxies may hold passwords: none is told. */
function openWay(): EnvHttpProxyAgent {
  try {
    return (way ??= new EnvHttpProxyAgent());
  } catch {
    throw new CausedError(
      'configuration',
      'HTTPS_PROXY or HTTP_PROXY is no URL like http://proxy.example.org:3128',
    );
  }
}

function hubEndpoint(): string {
  const endpoint = (process.env['HF_ENDPOINT'] || PUBLIC_HUB).replace(/\/+$/, '');
  if (/^https?:\/\/[^/]/.test(endpoint) && URL.canParse(endpoint)) return endpoint;
  throw new CausedError('configuration', 'HF_ENDPOINT is no URL like https://hub.example.org');
}

/**
 * One request, to the hub itself and never elsewhere: where it redirects to a CDN, `fetch` leaves the token out. `model` is
 * for messages.
 */
export async function askHub(
  path: string,
  { model, signal, from }: { model: string; signal: AbortSignal; from?: number },
): Promise<Answer> {
  const url = new URL(path, `${hubEndpoint()}/`);
  if (url.origin !== new URL(hubEndpoint()).origin)
    throw new CausedError(
      'configuration',
      `${hubEndpoint()} leads to another place: ${url.origin}`,
    );
  const token = process.env['HF_TOKEN'];
  const headers = {
    'accept-encoding': 'identity',
    ...(token && { authorization: `Bearer ${token}` }),
    ...(from && { range: `bytes=${from}-` }),
  };
  const dispatcher = openWay();
  const silence = new Silence();
  const response = await fetch(url, {
    headers,
    dispatcher,
    signal: AbortSignal.any([signal, silence.signal]),
  }).catch((error: unknown) => {
    silence.end();
    throw new Unanswered(describeFault(error));
  });
  const { status } = response;
  if (response.ok)
    return { status, headers: response.headers, chunks: readBody(response, silence) };
  silence.end();
  await response.body?.cancel().catch(() => undefined);
  if (status === 429 || status >= 500) throw new Unanswered(`${status}`);
  if (status === 416)
    throw new StoreError('corrupt', `hf://${model}: a file is shorter than the hub lists it`);
  throw refuse(model, status, response.headers.get('x-error-code'));
}

export async function readAll({ chunks }: Answer, most: number): Promise<Buffer> {
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw new StoreError('corrupt', `the hub answers more than ${most} bytes`);
    read.push(chunk);
  }
  return Buffer.concat(read);
}

/** Asks again, with growing pauses, until it is answered or nothing advanced for as long as a store is waited for. */
export async function persevere<T>(
  doing: string,
  signal: AbortSignal,
  ask: (advanced: () => void) => Promise<T>,
): Promise<T> {
  const { patience, firstPause, lastPause } = readPersistence();
  let pause = firstPause;
  let since = performance.now();
  const advanced = (): void => {
    pause = firstPause;
    since = performance.now();
  };
  for (;;) {
    try {
      return await ask(advanced);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Unanswered)) throw error;
      const why = error.message;
      const spent = performance.now() - since;
      if (spent + pause > patience)
        throw new StoreError('unreachable', `cannot ${doing} at ${hubEndpoint()}: ${why}`);
      repetitions.publish({ doing, why, spent } satisfies Repetition);
      await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
      pause = Math.min(2 * pause, lastPause);
    }
  }
}

/** What no repetition mends. The hub hides what may not be seen: 401 may also mean that there is no such model. */
function refuse(model: string, status: number, code: string | null): CausedError {
  const page = `${hubEndpoint()}/${model}`;
  const token = process.env['HF_TOKEN']
    ? 'the account of HF_TOKEN has no access'
    : 'HF_TOKEN is not set where base weights are fetched (on a cluster: in a Secret of compute.secrets)';
  const reasons: Record<string, string> = {
    GatedRepo: `its licence has to be accepted first, at ${page}, by the account of HF_TOKEN; ${token}`,
    RevisionNotFound: `it has no such commit: ${page}/commits lists them`,
    EntryNotFound: 'a file that its list names is not there',
    RepoNotFound: `there is no such model, or it is private; ${token}`,
  };
  const denied = status === 401 || status === 403;
  const reason =
    reasons[code ?? ''] ??
    (denied
      ? `access is denied; ${token}; a gated model's licence is accepted at ${page}`
      : null) ??
    (status === 404 ? 'there is no such model or file' : 'the hub refuses the request');
  return new CausedError('configuration', `hf://${model}: ${reason} (${status})`);
}

async function* readBody({ body }: Response, silence: Silence): AsyncGenerator<Uint8Array> {
  try {
    if (!body) return;
    for await (const chunk of body) {
      silence.broken();
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw new Unanswered(describeFault(error));
  } finally {
    silence.end();
  }
}

/** Names and codes only: addresses of a CDN carry signatures. */
function describeFault(error: unknown): string {
  const { cause, name } = error as Error & { cause?: { code?: string; cause?: Error } };
  const refusal = /^Proxy response \((\d+)\)/.exec(cause?.cause?.message ?? '');
  if (refusal) return `the proxy answers ${refusal[1]}`;
  return cause?.code ?? (name === 'AbortError' ? `silent for ${HUB_SILENCE / 1000} s` : name);
}

/** Aborts a request that brings nothing any more. */
class Silence {
  readonly #controller = new AbortController();
  readonly #timer = setTimeout(() => this.#controller.abort(), HUB_SILENCE);

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  broken(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
