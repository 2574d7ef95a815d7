import type { V1PodSpec, V1SecurityContext } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHART, FULL, pick, PLAIN, render } from '../helm/chart.ts';
import { HAS_HELM, Installations } from './installed-chart.ts';

const NAMESPACE = 'strict';

describe.skipIf(!HAS_HELM)("a namespace that enforces Pod Security's restricted", () => {
  let installations: Installations;
  afterAll(() => installations.remove());
  beforeAll(async () => {
    installations = new Installations(NAMESPACE);
    await installations.makeNamespace(NAMESPACE);
    await installations.install(NAMESPACE, '--values', PLAIN);
  });

  /** What the API server says to a pod, without making it. */
  const admit = (spec: V1PodSpec): Promise<string> =>
    installations.core
      .createNamespacedPod({
        namespace: NAMESPACE,
        body: { metadata: { name: 'dry' }, spec: { ...spec, serviceAccountName: 'ratchet' } },
        dryRun: 'All',
      })
      .then(
        () => 'admitted',
        (error: { body: string }) => (JSON.parse(error.body) as { message: string }).message,
      );

  test('takes the workers', async () => {
    const { core } = installations;
    await expect
      .poll(async () => (await core.listNamespacedPod({ namespace: NAMESPACE })).items.length)
      .toBe(2);
  });

  test.each(['r-ratchet-doctor', 'r-ratchet-confined'])("takes %s of Helm's test", async (name) => {
    expect(await admit(podOfTest(name))).toBe('admitted');
  });

  test('takes an installation that says everything', async () => {
    // Their definitions are not in this cluster.
    const foreign = ['--set', 'kueue.enabled=false', '--set', 'serviceMonitor.enabled=false'];
    const where = ['--namespace', NAMESPACE, '--values', FULL];
    expect(
      await installations.helm('install', 'full', CHART, ...where, ...foreign, '--no-hooks'),
    ).toContain('STATUS: deployed');
  });

  test.each<[keyof V1SecurityContext, string]>([
    ['runAsNonRoot', 'runAsNonRoot != true'],
    ['seccompProfile', 'seccompProfile'],
    ['capabilities', 'unrestricted capabilities'],
    ['allowPrivilegeEscalation', 'allowPrivilegeEscalation != false'],
  ])('refuses a worker without %s', async (control, words) => {
    const spec = podOfWorker();
    for (const context of [spec.securityContext, spec.containers[0]?.securityContext])
      if (context) Reflect.deleteProperty(context, control);
    expect(await admit(spec)).toContain(words);
  });
});

function podOfTest(name: string): V1PodSpec {
  const { spec } = pick(render(PLAIN), 'Pod', name);
  if (!spec) throw new Error('a test without a pod');
  return spec;
}

function podOfWorker(): V1PodSpec {
  const { spec } = pick(render(PLAIN), 'Deployment').spec?.template ?? {};
  if (!spec) throw new Error('a Deployment without a pod');
  return spec;
}
