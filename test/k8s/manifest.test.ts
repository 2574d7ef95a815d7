import { expect, test } from 'vitest';
import { nameJob } from '../../k8s/job-request.ts';
import { graceOf, makeJob } from '../../k8s/manifest.ts';
import { requestOf, settingsOf } from './objects.ts';

test('the Job of a sweep file that leaves everything out', async () => {
  await expect(JSON.stringify(makeJob(requestOf()), null, 2)).toMatchFileSnapshot(
    'snapshots/plain-job.json',
  );
});

test('the Job of a sweep file that says everything, after failures', async () => {
  const settings = settingsOf({
    carrierImage: 'registry.example.org/ratchet:1',
    imagePullSecrets: ['registry'],
    gpus: 8,
    gpuResource: 'amd.com/gpu',
    cpus: '16',
    memory: '64Gi',
    disk: '200Gi',
    sharedMemory: '16Gi',
    nodeSelector: { gpu: 'a100' },
    tolerations: [{ key: 'gpu', operator: 'Equal', value: 'a100', effect: 'NoSchedule' }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] },
            { matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }] },
          ],
        },
      },
    },
    priorityClass: 'low',
    queue: 'team',
    queuePriority: 'urgent',
    queueTopology: { within: 'cloud.example.com/rack', required: true },
    serviceAccount: 'trainer',
    secrets: ['store'],
    env: { HF_HUB_OFFLINE: '1' },
    volumes: [
      { name: 'cache', path: '/cache', claim: 'weights', readOnly: true, containers: 'trainer' },
      { name: 'store', path: '/data', hostPath: '/data', containers: 'carrier' },
    ],
    user: 2000,
    gracePeriod: { trainer: 60, upload: 120 },
  });
  const placement = { generation: 3, memoryGrowths: 1, avoidNodes: ['n1', 'n2'] };
  await expect(
    JSON.stringify(makeJob(requestOf({ settings, placement, stage: 'evaluate' })), null, 2),
  ).toMatchFileSnapshot('snapshots/full-job.json');
});

test('several GPUs of a pod have shared memory for NCCL', () => {
  const [one, two] = [1, 2].map((gpus) => {
    const pod = makeJob(requestOf({ settings: settingsOf({ gpus }) })).spec?.template.spec;
    const mounted = pod?.containers[0]?.volumeMounts?.some(
      ({ mountPath }) => mountPath === '/dev/shm',
    );
    return [mounted, pod?.volumes?.find(({ name }) => name === 'shared-memory')?.emptyDir];
  });
  expect(one).toEqual([false, undefined]);
  expect(two).toEqual([true, { medium: 'Memory', sizeLimit: '1Gi' }]);
});

test('a name is one piece of work in one store, and a generation of it', () => {
  const names = [
    requestOf(),
    requestOf({ stage: 'evaluate' }),
    requestOf({ key: 'f'.repeat(64) }),
    requestOf({ unit: { ...requestOf().unit, store: 's3://bucket/other' } }),
    requestOf({ placement: { generation: 2, memoryGrowths: 0, avoidNodes: [] } }),
  ].map(nameJob);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^ratchet-[0-9a-f]{20}-[1-9]\d*$/);
  const another = requestOf({
    condition: 'strip',
    unit: { ...requestOf().unit, sweep: 'other', lineage: 7 },
  });
  expect(nameJob(another)).toBe(names[0]);
});

test('secrets reach the carrier alone, and no token reaches anybody', () => {
  const pod = makeJob(requestOf({ settings: settingsOf({ secrets: ['store'] }) })).spec?.template
    .spec;
  expect(pod?.automountServiceAccountToken).toBe(false);
  expect(pod?.initContainers?.[0]?.envFrom).toEqual([{ secretRef: { name: 'store' } }]);
  expect(pod?.containers[0]?.envFrom).toBeUndefined();
});

test("the identity that a cloud gives to the pod's account is kept from the trainer alone", () => {
  const { template, ...job } = makeJob(requestOf()).spec ?? {};
  const { containers = [] } = template?.spec ?? {};
  const left = template?.metadata?.annotations?.['eks.amazonaws.com/skip-containers'];
  expect(left?.split(',')).toEqual(containers.map(({ name }) => name));
  expect(JSON.stringify(job)).not.toContain('skip-containers');
});

test('the grace period covers saving, storing and a margin', () => {
  expect(graceOf({ gracePeriod: { trainer: 30, upload: 60 } })).toBe(100);
});

test.each([
  [
    { cache: { claim: 'weights' } },
    { persistentVolumeClaim: { claimName: 'weights', readOnly: false } },
  ],
  [{ cache: { hostPath: '/mnt/cache' } }, { hostPath: { path: '/mnt/cache', type: 'Directory' } }],
  [{}, { emptyDir: { sizeLimit: '10Gi' } }],
])('base weights lie in the cache of %j, where the trainer may only read', (given, volume) => {
  const job = makeJob(requestOf({ hasBase: true, settings: settingsOf(given) }));
  const { initContainers = [], containers = [], volumes } = job.spec?.template.spec ?? {};
  const mountOf = (of: typeof containers): unknown =>
    of[0]?.volumeMounts?.find(({ name }) => name === 'cache');
  expect(volumes).toContainEqual({ name: 'cache', ...volume });
  expect(mountOf(initContainers)).toMatchObject({ mountPath: '/cache', readOnly: false });
  expect(mountOf(containers)).toMatchObject({ mountPath: '/cache', readOnly: true });
  expect(initContainers[0]?.env).toContainEqual({ name: 'RATCHET_CACHE', value: '/cache' });
});
