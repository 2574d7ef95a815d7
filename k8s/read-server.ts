import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { json } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { ask, type Cluster } from './cluster.ts';

/** Native sidecars, on which a pod's carrier depends, are on by default from here on. */
export const OLDEST_MINOR = 29;

export interface ApiServer {
  /** E.g. `v1.36.2`. */
  version: string;
  minor: number;
  /** Its clock minus ours, in milliseconds, to the second. */
  skew: number;
}

const versionSchema = z.object({ gitVersion: z.string(), minor: z.string() });

/** What the API server says of itself; nobody needs a right for that. */
export async function readServer({ config }: Cluster, patience: number): Promise<ApiServer> {
  return ask(async () => {
    const url = new URL('/version', config.getCurrentCluster()?.server);
    const response = await get(url, config);
    const { gitVersion, minor } = versionSchema.parse(await json(response));
    const skew = Date.parse(response.headers.date ?? '') - Date.now();
    return { version: gitVersion, minor: Number.parseInt(minor, 10), skew };
  }, patience);
}

async function get(url: URL, config: KubeConfig): Promise<IncomingMessage> {
  const options: RequestOptions = {};
  const isSecure = url.protocol === 'https:';
  if (isSecure) await config.applyToHTTPSOptions(options);
  return new Promise((resolve, reject) => {
    const send = isSecure ? request : requestPlain;
    send(url, options, resolve).once('error', reject).end();
  });
}
