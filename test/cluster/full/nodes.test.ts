import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { Cluster, waitFor } from '../cluster.ts';
import { killContainersOf } from '../containers.ts';
import { Daemon } from '../daemon.ts';
import { fired } from '../fired.ts';
import {
  explainFirst,
  type Finished,
  finish,
  runUndisturbed,
  type Started,
  startSweep,
} from '../interruption.ts';
import { startNode } from '../node.ts';

const cluster = new Cluster();

let done: Omit<Finished, 'attempts'>;
beforeAll(async () => {
  startNode(inject('cluster'), 'n2', 1);
  done = await runUndisturbed();
});

function kubectl(...args: string[]): string {
  const { kubeconfig } = inject('cluster');
  const bin = process.env['BIN'] ?? join(homedir(), '.cache', 'ratchet', 'bin');
  const all = ['kubectl', '--kubeconfig', kubeconfig, ...args];
  return execFileSync(join(bin, 'kubenode'), all, { encoding: 'utf8' });
}

/** Its first pod is on `n2`; the next ones may be anywhere. */
async function startOnSecondNode(given: Parameters<typeof startSweep>[0] = {}): Promise<Started> {
  kubectl('cordon', 'n1');
  const started = await startSweep(given);
  expect(started.pod.spec?.nodeName).toBe('n2');
  kubectl('uncordon', 'n1');
  return started;
}

async function waitUntilUnknown(node: string): Promise<void> {
  await waitFor(async () =>
    (await cluster.node(node))?.status?.conditions?.some(
      ({ type, status }) => type === 'Ready' && status === 'Unknown',
    ),
  );
}

const nothingLeft = (): Promise<unknown> =>
  waitFor(async () => (await cluster.listLeft()).length === 0);

test('a node that is drained hands its pod to another, which goes on from the checkpoint', async () => {
  const started = await startOnSecondNode();
  const drained = kubectl('drain', 'n2', '--delete-emptydir-data');
  expect(drained).toContain(`evicting pod training/${started.pod.metadata?.name}`);
  fired('kubectl drain of n2');
  const next = await cluster.trainingPod(started.pod);
  expect(next.spec?.nodeName).toBe('n1');
  expect(await finish(started)).toEqual({ ...done, attempts: ['interrupted', 'done'] });
  expect(await explainFirst(started.workplace)).toMatchObject({
    cause: 'evicted',
    evidence: expect.stringContaining('EvictionByEvictionAPI'),
  });
  kubectl('uncordon', 'n2');
});

test('a node with a sick GPU is avoided from then on', async () => {
  const hyperparameters = { sick: 'GPU-n2' };
  const undisturbed = await runUndisturbed(hyperparameters);
  const started = await startOnSecondNode({ hyperparameters });
  const next = await cluster.trainingPod(started.pod);
  fired('the trainer on n2 says Xid 79 and ends');
  expect(next.spec?.nodeName).toBe('n1');
  const affinity = JSON.stringify(next.spec?.affinity);
  expect(affinity).toContain('{"key":"metadata.name","operator":"NotIn","values":["n2"]}');
  expect(await finish(started)).toEqual({ ...undisturbed, attempts: ['interrupted', 'done'] });
  expect(await explainFirst(started.workplace)).toMatchObject({
    cause: 'sick-node',
    evidence: expect.stringContaining('fallen off the bus'),
  });
});

test('a node that nobody hears of while its pod runs on: the pod keeps its claim and finishes, once', async () => {
  const started = await startOnSecondNode();
  const kubelet = new Daemon('n2-kubelet');
  await kubelet.kill();
  await waitUntilUnknown('n2');
  fired('n2 became Unknown');
  const { left, ...finished } = await finish(started);
  expect({ ...finished, left: [] }).toEqual({ ...done, attempts: ['done'] });
  // What the API server knows of the node's pods stays until the node tells that they are gone.
  expect(left).toContain(started.pod.metadata?.name);
  kubelet.restart();
  await nothingLeft();
});

test('a node that dies with everything on it: another goes on from the checkpoint, and nothing is left once the node is removed', async () => {
  const started = await startOnSecondNode();
  await new Daemon('n2-kubelet').kill();
  await new Daemon('n2-containerd').kill();
  killContainersOf('n2');
  await waitUntilUnknown('n2');
  fired('n2 became Unknown');
  const { left: _, ...finished } = await finish(started);
  expect({ ...finished, left: [] }).toEqual({ ...done, attempts: ['lost', 'done'] });
  expect(await explainFirst(started.workplace)).toMatchObject({ cause: 'node-lost' });
  kubectl('delete', 'node', 'n2');
  await nothingLeft();
});
