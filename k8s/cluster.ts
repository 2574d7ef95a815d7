import { setTimeout as delay } from 'node:timers/promises';
import {
  ApiException,
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
} from '@kubernetes/client-node';
import { CausedError } from '../contract/causes.ts';
import { API_PATIENCE, API_RETRY, API_TIMEOUT, REFUSED_START } from '../contract/timeouts.ts';

/** A cluster's API, by the groups that are used. */
export interface Cluster {
  config: KubeConfig;
  batch: BatchV1Api;
  core: CoreV1Api;
  authorization: AuthorizationV1Api;
}

/** By KUBECONFIG, `~/.kube/config`, or the pod's own ServiceAccount. Asks nothing yet. */
export function openCluster(context: string | undefined): Cluster {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (context !== undefined) {
    if (!config.getContextObject(context))
      throw new CausedError('configuration', `KUBECONFIG has no context ${context}`);
    config.setCurrentContext(context);
  }
  return {
    config,
    batch: config.makeApiClient(BatchV1Api),
    core: config.makeApiClient(CoreV1Api),
    authorization: config.makeApiClient(AuthorizationV1Api),
  };
}

/** Asks until the API server answers. Throws `ApiException` 404 and 409, which mean something, and `CausedError` for the rest. */
export async function ask<T>(call: () => Promise<T>, patience: number = API_PATIENCE): Promise<T> {
  const deadline = performance.now() + patience;
  let deniedSince: number | undefined;
  for (;;) {
    try {
      return await withTimeout(call());
    } catch (error) {
      if (isMeant(error)) throw error;
      const now = performance.now();
      deniedSince = isDenial(error) ? (deniedSince ?? now) : undefined;
      const mayPass = deniedSince !== undefined && now - deniedSince < REFUSED_START;
      const isOver = now > deadline;
      if (isRefusal(error) && (isOver || !mayPass))
        throw new CausedError('cluster-refused', `Kubernetes refuses: ${explain(error)}`);
      if (isOver)
        throw new CausedError(
          'cluster-unreachable',
          `Kubernetes does not answer: ${explain(error)}`,
        );
      await delay(API_RETRY);
    }
  }
}

/** Undefined where there is no such object. */
export async function find<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask(call);
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/**
 * It does not know who asks, or they lack a right; while it starts it says so of everybody. Calls tell it by `code`, watches by
 * `statusCode`.
 */
export function isDenial(error: unknown): boolean {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  return [401, 403].includes(Number(code ?? statusCode));
}

function isMeant(error: unknown): boolean {
  return isStatus(error, 404) || isStatus(error, 409);
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiException && error.code < 500 && error.code !== 429;
}

export function isStatus(error: unknown, code: number): boolean {
  return error instanceof ApiException && error.code === code;
}

async function withTimeout<T>(call: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = delay(API_TIMEOUT, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no answer within ${API_TIMEOUT / 1000} s`);
  });
  late.catch(() => undefined); // When it is cut short.
  try {
    return await Promise.race([call, late]);
  } finally {
    timer.abort();
  }
}

/** A refusal's body is a Status, as an object or as its text. */
function explain(error: unknown): string {
  if (!(error instanceof ApiException))
    return error instanceof Error ? error.message : String(error);
  const body: unknown = error.body;
  try {
    const status = (typeof body === 'string' ? JSON.parse(body) : body) as { message?: unknown };
    return String(status.message ?? `status ${error.code}`);
  } catch {
    return `status ${error.code}`;
  }
}
