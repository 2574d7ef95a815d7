import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { AuthorizationV1Api, BatchV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { Cluster as Access } from '../../k8s/cluster.ts';
import { nameJob } from '../../k8s/job-request.ts';
import { makeJob } from '../../k8s/manifest.ts';
import { NamespaceWatch } from '../../k8s/namespace-watch.ts';
import { requestOf, settingsOf } from '../k8s/objects.ts';
import { Cluster, NAMESPACE, waitFor } from './cluster.ts';

const SILENCE = 1000;

test('a watch whose connection died without a word is made anew, and tells what was missed', async () => {
  const way = await openWay();
  const watch = new NamespaceWatch(way.cluster, NAMESPACE, SILENCE);
  onTestFinished(watch.follow());
  const before = await makeSuspendedJob('before');
  await waitFor(() => watch.job(...before));
  way.silence();
  const after = await makeSuspendedJob('after');
  await waitFor(() => watch.job(...after));
  expect(watch.job(...before)).toBeDefined();
});

/** Straight to the API server. Returns its name and uid. */
async function makeSuspendedJob(key: string): Promise<[string, string | undefined]> {
  const { batch } = new Cluster();
  const request = requestOf({ key, settings: settingsOf({ namespace: NAMESPACE }) });
  const job = makeJob(request);
  const body = {
    ...job,
    spec: { template: { spec: { containers: [] } }, ...job.spec, suspend: true },
  };
  const { metadata } = await batch.createNamespacedJob({ namespace: NAMESPACE, body });
  const name = nameJob(request);
  onTestFinished(async () => {
    await batch.deleteNamespacedJob({
      namespace: NAMESPACE,
      name,
      propagationPolicy: 'Background',
    });
  });
  return [name, metadata?.uid];
}

interface Way {
  cluster: Access;
  /** Connections that stand stay open, and nothing passes through them any more. */
  silence: () => void;
}

/** To the API server through a port of this process. */
async function openWay(): Promise<Way> {
  const config = new KubeConfig();
  config.loadFromFile(inject('cluster').kubeconfig);
  const [target] = config.clusters;
  const { port } = new URL(target?.server ?? '');
  const pairs: [Socket, Socket][] = [];
  const proxy = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    for (const end of [near, far]) end.on('error', () => undefined);
    near.pipe(far).pipe(near);
    pairs.push([near, far]);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    for (const end of pairs.flat()) end.destroy();
    proxy.close();
  });
  const server = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  config.clusters = config.clusters.map((one) => ({ ...one, server }));
  return {
    cluster: {
      config,
      batch: config.makeApiClient(BatchV1Api),
      core: config.makeApiClient(CoreV1Api),
      authorization: config.makeApiClient(AuthorizationV1Api),
    },
    silence: () => {
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
      }
    },
  };
}
