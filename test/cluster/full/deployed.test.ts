import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from '../../boundary/rooms.ts';
import { startOwnTemporal } from '../../operations/own-temporal.ts';
import { HAS_BUILDAH, ImageBuilder } from '../build-image.ts';
import { Cluster, waitFor } from '../cluster.ts';
import { HAS_HELM, Installations } from '../installed-chart.ts';
import { attemptsOf, runUndisturbed, waitForCheckpoint } from '../interruption.ts';
import { BRIDGE, run } from '../node.ts';
import { reachFromPods } from '../reach-from-pods.ts';
import { s3, SECRET } from '../s3.ts';
import { readResults, toySweep, Workplace } from '../workplace.ts';

const TEAM = 'team';
const IMAGE = 'ratchet.local/ratchet:built';
const EXAMPLE = readFileSync(join(root, 'examples', 'cluster.yaml'), 'utf8');

const isPossible = HAS_HELM && HAS_BUILDAH;
const temporal = isPossible ? await startOwnTemporal() : '';

describe.skipIf(!isPossible)('the chart with the image of the Containerfile', () => {
  const cluster = new Cluster();
  const scratch = mkdtempSync(join(tmpdir(), 'ratchet-built-'));
  let builder: ImageBuilder;
  let digest: string;
  let installations: Installations;
  const reached: Server[] = [];

  beforeAll(async () => {
    builder = await ImageBuilder.open(scratch);
    digest = await builder.build(IMAGE);
    const archive = join(scratch, 'image.tar');
    await builder.export(IMAGE, archive);
    const socket = join(inject('cluster').state, 'n1', 'containerd.sock');
    run('ctr', '-a', socket, '-n', 'k8s.io', 'images', 'import', archive);
    await makeTemporalNamespace(temporal);
    for (const port of [apiServerPort(), portOf(`http://${temporal}`)])
      reached.push(await reachFromPods(port));
    installations = new Installations('deployed');
    await installations.makeNamespace(TEAM);
    const secret = { metadata: { name: SECRET }, stringData: s3().env };
    await installations.core.createNamespacedSecret({ namespace: TEAM, body: secret });
    const values = join(scratch, 'values.yaml');
    writeFileSync(values, stringify(makeValues()));
    await installations.install(TEAM, '--values', values, '--wait', '--timeout', '3m');
  });
  afterAll(async () => {
    await installations.remove();
    for (const server of reached) server.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  test("has Helm's test, `ratchet doctor` in a pod, find nothing but that this Temporal server is old", async () => {
    await installations.helm('test', 'ratchet', '--namespace', TEAM).catch(() => undefined);
    const pod = { namespace: TEAM, name: 'ratchet-doctor' };
    const said = (await installations.core.readNamespacedPodLog(pod)).split('\n');
    const wrong = said.filter((line) => line.startsWith('✗'));
    expect(wrong.filter((line) => !/^✗ temporal .* server 1\.29\.1$/.test(line))).toEqual([]);
    expect(said.join('\n')).toContain(`namespace ${TEAM}: every right that is needed`);
    const confined = { namespace: TEAM, name: 'ratchet-confined' };
    expect(await installations.core.readNamespacedPodLog(confined)).toMatch(
      /^✓ metadata .*\n✓ identity /,
    );
    // It has the labels of training pods, of which none may be left.
    await installations.core.deleteNamespacedPod(confined);
  });

  test('runs a sweep from outside to the bytes that it has on this machine', async () => {
    const here = new Workplace();
    const { compute, store: _, ...rest } = parse(EXAMPLE) as { compute: object; store: string };
    here.write('sweep.yaml', stringify(rest));
    const undisturbed = await here.ratchet('run', 'sweep.yaml', '--json');
    expect(undisturbed, undisturbed.stderr).toMatchObject({ code: 0 });

    const outside = comeFromOutside();
    const own = { namespace: TEAM, image: IMAGE, serviceAccount: 'ratchet-trainer' };
    const inPods = { ...rest, compute: { ...compute, ...own }, store: outside.store };
    outside.write('sweep.yaml', stringify(inPods));
    const ran = await outside.ratchet('run', 'sweep.yaml', '--json');
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(readResults(ran)).toBe(readResults(undisturbed));
    expect(existsSync(join(outside.home, 'logs', 'supervisor.log'))).toBe(false);
  });

  test('replaces every worker while a pod trains, and the pod is found again', async () => {
    const { results } = await runUndisturbed();
    const outside = comeFromOutside();
    const own = { namespace: TEAM, carrierImage: IMAGE, env: { TOY_STEP_MS: '4000' } };
    outside.write('sweep.yaml', toySweep(outside, 'toy', { compute: own }));
    const ended = outside.ratchet('run', 'sweep.yaml', '--json');
    const pod = await cluster.trainingPod();
    await waitForCheckpoint(outside);

    const before = await listWorkers(installations);
    await installations.install(
      TEAM,
      '--reuse-values',
      '--set',
      'podAnnotations.again=yes',
      '--wait',
    );
    await waitFor(async () => {
      const now = await listWorkers(installations);
      return now.length === before.length && !now.some((name) => before.includes(name));
    });
    expect((await cluster.trainingPod()).metadata?.uid).toBe(pod.metadata?.uid);

    const ran = await ended;
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(readResults(ran)).toBe(results);
    expect((await attemptsOf(outside)).map(({ result }) => result)).toEqual(['done']);
  });

  test('is made of an image that comes out the same when it is built again', async () => {
    expect(await builder.build('ratchet.local/ratchet:again')).toBe(digest);
  });
});

/** Somebody outside the cluster, who reaches the same Temporal and the same store. */
function comeFromOutside(): Workplace {
  const workplace = new Workplace();
  Object.assign(workplace.env, { TEMPORAL_ADDRESS: temporal, TEMPORAL_NAMESPACE: TEAM });
  return workplace;
}

/** A team's own: what runs in another is not seen. */
async function makeTemporalNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const workflowExecutionRetentionPeriod = msToTs('1 day');
  await connection.workflowService.registerNamespace({
    namespace: TEAM,
    workflowExecutionRetentionPeriod,
  });
  await connection.close();
}

/** This cluster has no DNS and no Services: its API server is named by hand. */
function makeValues(): object {
  const name = 'kubernetes.default.svc';
  const [repository, tag] = IMAGE.split(':');
  return {
    image: { repository, tag, pullPolicy: 'Never' },
    temporal: {
      address: `${BRIDGE}:${portOf(`http://${temporal}`)}`,
      namespace: TEAM,
      deploymentName: TEAM,
    },
    store: { url: s3().newUrl(), secret: SECRET },
    hostAliases: [{ ip: BRIDGE, hostnames: [name] }],
    env: [
      { name: 'KUBERNETES_SERVICE_HOST', value: name },
      { name: 'KUBERNETES_SERVICE_PORT', value: String(apiServerPort()) },
    ],
  };
}

function apiServerPort(): number {
  const config = new KubeConfig();
  config.loadFromFile(inject('cluster').kubeconfig);
  return portOf(config.getCurrentCluster()?.server ?? '');
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

async function listWorkers({ core }: Installations): Promise<string[]> {
  const labelSelector = 'app.kubernetes.io/component=worker';
  const { items } = await core.listNamespacedPod({ namespace: TEAM, labelSelector });
  return items.map(({ metadata }) => metadata?.name ?? '');
}
