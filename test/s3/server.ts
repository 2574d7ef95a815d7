import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { choosePort } from '../../worker/embedded-server.ts';

/** What every client of these tests is given; the secret must turn up nowhere. */
export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ratchet',
  AWS_SECRET_ACCESS_KEY: `canary-${createHash('sha256').update('secret').digest('hex')}`,
};

/** A real S3 server with one bucket. */
export interface S3Server {
  endpoint: string;
  port: number;
  /** Where it keeps its objects. */
  folder: string;
  /** The place of a new, empty store. */
  newUrl(): string;
  /** Environment of its clients. */
  env: Record<string, string>;
  kill(): Promise<void>;
  /** It accepts connections and says nothing. */
  freeze(): void;
  thaw(): void;
  /** After `kill`, on the same port with the same objects. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const BUCKET = 'ratchet-tests';
export const HAS_S3 = inject('versitygw') !== null;

/** Starts versitygw, and makes this process a client of it. `host`: the address of this machine that it listens on. */
export async function startVersitygw(host = '127.0.0.1'): Promise<S3Server> {
  const binary = inject('versitygw') ?? '';
  const port = await choosePort();
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-s3-'));
  await mkdir(join(folder, BUCKET));
  const args = ['--port', `${host}:${port}`, '--quiet', '--keep-alive', 'posix', folder];
  const env = {
    ROOT_ACCESS_KEY: CREDENTIALS.AWS_ACCESS_KEY_ID,
    ROOT_SECRET_KEY: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
  };
  return serve(host, port, folder, () => spawn(binary, args, { env, stdio: 'ignore' }));
}

/** Starts MinIO, and makes this process a client of it. */
async function startMinio(): Promise<S3Server> {
  const binary = inject('minio') ?? '';
  const port = await choosePort();
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-s3-'));
  await mkdir(join(folder, BUCKET));
  const address = ['--address', `127.0.0.1:${port}`, '--console-address', '127.0.0.1:0'];
  const env = {
    HOME: folder,
    MINIO_ROOT_USER: CREDENTIALS.AWS_ACCESS_KEY_ID,
    MINIO_ROOT_PASSWORD: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    MINIO_BROWSER: 'off',
    MINIO_UPDATE: 'off',
  };
  const args = ['server', ...address, '--quiet', folder];
  return serve('127.0.0.1', port, folder, () => spawn(binary, args, { env, stdio: 'ignore' }));
}

const SERVERS = [
  { name: 'versitygw', isMissing: !HAS_S3, start: startVersitygw },
  { name: 'MinIO', isMissing: inject('minio') === null, start: startMinio },
];

/** What must hold on every S3 server; `server` is the one that runs. */
export function describeOnServers(title: string, tests: (server: () => S3Server) => void): void {
  for (const { name, isMissing, start } of SERVERS)
    describe.skipIf(isMissing)(`${title} ${name}`, () => {
      let server: S3Server;
      beforeAll(async () => {
        server = await start();
      });
      afterAll(() => server.stop());
      tests(() => server);
    });
}

async function serve(
  host: string,
  port: number,
  folder: string,
  start: () => ChildProcess,
): Promise<S3Server> {
  const endpoint = `http://${host}:${port}`;
  let child = start();
  await untilAnswers(endpoint);
  const env = { ...CREDENTIALS, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: endpoint };
  Object.assign(process.env, env);
  const kill = async (): Promise<void> => {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await exited;
  };
  return {
    endpoint,
    port,
    folder,
    env,
    newUrl: () => `s3://${BUCKET}/${randomUUID()}`,
    kill,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    restart: async () => {
      child = start();
      await untilAnswers(endpoint);
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswers(endpoint: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await fetch(endpoint);
      return;
    } catch (error) {
      if (tries === 400) throw error;
      await sleep(25);
    }
  }
}
