import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type S3Server, startVersitygw } from '../s3/server.ts';
import { Cluster } from './cluster.ts';
import { BRIDGE } from './node.ts';

/** The Secret that the example names: endpoint and credentials, which only carriers get. */
export const SECRET = 'ratchet-s3';
/** The example's. */
const BUCKET = 'training';

let server: S3Server;

/** The S3 server of a test file, which pods and this process use. */
export const s3 = (): S3Server => server;

beforeAll(async () => {
  server = await startVersitygw(BRIDGE);
  await mkdir(join(server.folder, BUCKET));
  await new Cluster().putSecret(SECRET, server.env);
});
afterAll(() => server.stop());
