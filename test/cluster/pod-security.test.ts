import type { V1Job, V1SecurityContext } from '@kubernetes/client-node';
import { expect, inject, test } from 'vitest';
import { makeJob } from '../../k8s/manifest.ts';
import { requestOf, settingsOf } from '../k8s/objects.ts';
import { Cluster, NAMESPACE } from './cluster.ts';

const cluster = new Cluster();

/** What the API server says to a Job and to its pod, without making them. */
async function admit(change: (job: V1Job) => void): Promise<string> {
  const settings = settingsOf({
    namespace: NAMESPACE,
    image: inject('cluster').image,
    sharedMemory: '64Mi',
    volumes: [{ name: 'data', path: '/data', claim: 'data', readOnly: true }],
  });
  // Containers share objects there: a change of one must not be one of all.
  const job = JSON.parse(JSON.stringify(makeJob(requestOf({ settings })))) as V1Job;
  change(job);
  const { metadata, spec } = job.spec?.template ?? {};
  const body = { metadata: { ...metadata, name: 'dry' }, ...(spec && { spec }) };
  return cluster.core.createNamespacedPod({ namespace: NAMESPACE, body, dryRun: 'All' }).then(
    () => 'admitted',
    (error: { body: string }) => (JSON.parse(error.body) as { message: string }).message,
  );
}

/** Of the pod and of each of its containers. */
function contextsOf(job: V1Job): V1SecurityContext[] {
  const { securityContext, initContainers = [], containers = [] } = job.spec?.template.spec ?? {};
  const all = [
    securityContext,
    ...[...initContainers, ...containers].map((one) => one.securityContext),
  ];
  return all.flatMap((context) => context ?? []);
}

test('the Pod Security Standard `restricted` admits our pods', async () => {
  expect(await admit(() => undefined)).toBe('admitted');
});

test.each<[keyof V1SecurityContext, string]>([
  ['runAsNonRoot', 'runAsNonRoot != true'],
  ['seccompProfile', 'seccompProfile'],
  ['capabilities', 'unrestricted capabilities'],
  ['allowPrivilegeEscalation', 'allowPrivilegeEscalation != false'],
])('and refuses them without %s', async (control, words) => {
  const said = await admit((job) => {
    for (const context of contextsOf(job)) delete context[control];
  });
  expect(said).toContain('violates PodSecurity "restricted:latest"');
  expect(said).toContain(words);
});

test('each container keeps to it by itself, whatever its pod says', async () => {
  const said = await admit((job) => {
    for (const { securityContext } of job.spec?.template.spec?.containers ?? [])
      delete securityContext?.capabilities;
  });
  expect(said).toMatch(/container "trainer" must set securityContext.capabilities.drop/);
});
