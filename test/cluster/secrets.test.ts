import type { V1Pod } from '@kubernetes/client-node';
import { basename, relative } from 'node:path';
import { expect, inject, test } from 'vitest';
import { CREDENTIALS } from '../s3/server.ts';
import { findBytes } from '../support/find-bytes.ts';
import { Cluster } from './cluster.ts';
import { finish, startSweep } from './interruption.ts';
import { s3 } from './s3.ts';

const CANARY = CREDENTIALS.AWS_SECRET_ACCESS_KEY;
const cluster = new Cluster();

async function readLogs({ metadata: { name = '', namespace = '' } = {} }: V1Pod): Promise<string> {
  const read = (container: string): Promise<string> =>
    cluster.core.readNamespacedPodLog({ name, namespace, container });
  return (await Promise.all(['carrier', 'trainer'].map(read))).join('');
}

test("the store's credentials stand in their Secret and nowhere else: no manifest, log, history or store", async () => {
  const started = await startSweep();
  const { workplace } = started;
  const logs = await readLogs(started.pod);
  const { code } = await finish(started);
  expect(code).toBe(0);
  const { state } = inject('cluster');
  // The trainer says what it knows, and the audit log holds every Job and pod in every version: the scan would find it.
  expect(logs).toContain('credentials of the store: none');
  expect(logs).not.toContain(CANARY);
  const audited = await findBytes(state, started.pod.metadata?.name ?? '?');
  expect(audited.map((file) => basename(file))).toContain('audit.log');
  // Kubernetes itself keeps the Secret in these, and so do real ones; other tests may have left a second node.
  const itsOwn = /^(etcd|n\d+\/containerd)\//;
  const found = (await findBytes(state, CANARY)).filter(
    (file) => !itsOwn.test(relative(state, file)),
  );
  expect(found).toEqual([]);
  expect(await findBytes(workplace.folder, CANARY)).toEqual([]);
  expect(await findBytes(s3().folder, CANARY)).toEqual([]);
});
