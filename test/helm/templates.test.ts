import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1LabelSelector } from '@kubernetes/client-node';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { WORKER_SHUTDOWN } from '../../contract/timeouts.ts';
import { RIGHTS } from '../../k8s/check-rights.ts';
import { makeJob } from '../../k8s/manifest.ts';
import { parseSweep } from '../../spec/parse.ts';
import { requestOf } from '../k8s/objects.ts';
import { CHART, FULL, helm, pick, PLAIN, render } from './chart.ts';

const HAS_HELM = inject('helm') !== null;

describe.skipIf(!HAS_HELM)('the chart', () => {
  test.each([
    ['plain', PLAIN],
    ['full', FULL],
  ])('with %s values passes lint and renders as recorded', async (name, values) => {
    expect(helm('lint', '--strict', '--values', values, CHART)).toMatchObject({ status: 0 });
    const objects = render(values).toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), 'en'));
    await expect(JSON.stringify(objects, null, 2)).toMatchFileSnapshot(`snapshots/${name}.json`);
  });

  test('by default makes nothing that belongs to the whole cluster or needs somebody else', () => {
    expect(
      render(PLAIN)
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual([
      'ConfigMap',
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'NetworkPolicy',
      'Pod',
      'Pod',
      'PodDisruptionBudget',
      'Role',
      'RoleBinding',
      'ServiceAccount',
      'ServiceAccount',
    ]);
  });

  test("gives the worker the rights of k8s/check-rights.ts and no others, in the release's namespace", () => {
    const { rules } = pick(render(PLAIN), 'Role');
    const given = rules?.map(({ apiGroups, resources, verbs }) => {
      const [resource = '', subresource] = resources?.[0]?.split('/') ?? [];
      const group = apiGroups?.[0];
      return { group, resource, ...(subresource && { subresource }), verbs };
    });
    expect(given).toEqual(RIGHTS);
    expect(rules?.every((rule) => rule.resources?.length === 1)).toBe(true);
    const binding = pick(render(PLAIN), 'RoleBinding');
    expect(binding.subjects).toEqual([
      { kind: 'ServiceAccount', name: 'r-ratchet', namespace: 'team' },
    ]);
  });

  test('gives trainers an account of their own, without rights and without a token', () => {
    const objects = render(PLAIN);
    const trainer = pick(objects, 'ServiceAccount', 'r-ratchet-trainer');
    expect(trainer.automountServiceAccountToken).toBe(false);
    const bound = objects.filter(({ kind }) => kind?.endsWith('Binding'));
    expect(JSON.stringify(bound)).not.toContain('r-ratchet-trainer');
  });

  test('leaves a worker longer to end than it takes', () => {
    const { spec } = pick(render(PLAIN), 'Deployment');
    const grace = spec?.template.spec?.terminationGracePeriodSeconds ?? 0;
    expect(grace * 1000).toBeGreaterThanOrEqual(WORKER_SHUTDOWN + 10_000);
  });

  test('selects by its policies the very pods that workers make, and the workers', () => {
    const objects = render(PLAIN);
    const worker = pick(objects, 'Deployment').spec?.template.metadata?.labels;
    const trainer = makeJob(requestOf()).spec?.template.metadata?.labels;
    const ofTrainer = pick(objects, 'NetworkPolicy', 'r-ratchet-trainer').spec?.podSelector;
    const ofWorker = pick(objects, 'NetworkPolicy', 'r-ratchet').spec?.podSelector;
    const ofBudget = pick(objects, 'PodDisruptionBudget').spec?.selector;
    expect([ofTrainer, ofWorker, ofBudget].map((of) => selects(of, trainer))).toEqual([
      true,
      false,
      false,
    ]);
    expect([ofTrainer, ofWorker, ofBudget].map((of) => selects(of, worker))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("keeps training pods from the metadata service, which would give them the node's identity", () => {
    const policy = pick(render(PLAIN), 'NetworkPolicy', 'r-ratchet-trainer');
    expect(policy.spec?.egress?.[0]?.to?.[0]?.ipBlock).toEqual({
      cidr: '0.0.0.0/0',
      except: ['169.254.169.254/32'],
    });
    expect(policy.spec?.ingress).toEqual([]);
  });

  test('refers to secrets that are there and holds none', () => {
    const objects = render(FULL);
    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const container = pick(objects, 'Deployment').spec?.template.spec?.containers[0];
    expect(container?.env?.slice(1, 3)).toEqual([
      {
        name: 'RATCHET_PAYLOAD_KEYS',
        valueFrom: { secretKeyRef: { name: 'temporal', key: 'payload-keys' } },
      },
      {
        name: 'TEMPORAL_API_KEY',
        valueFrom: { secretKeyRef: { name: 'temporal', key: 'key' } },
      },
    ]);
    expect(container?.envFrom).toContainEqual({ secretRef: { name: 'ratchet-store' } });
  });

  test('tells the worker where Temporal is, by the variables that Temporal names', () => {
    expect(pick(render(PLAIN), 'ConfigMap', 'r-ratchet').data).toEqual({
      RATCHET_HTTP_PORT: '9464',
      TEMPORAL_ADDRESS: 'temporal-frontend.temporal.svc:7233',
      TEMPORAL_NAMESPACE: 'default',
    });
    expect(pick(render(FULL), 'ConfigMap', 'r-ratchet').data).toMatchObject({
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/etc/ratchet/temporal/ca.crt',
      TEMPORAL_TLS_CLIENT_CERT_PATH: '/etc/ratchet/temporal/tls.crt',
      TEMPORAL_TLS_CLIENT_KEY_PATH: '/etc/ratchet/temporal/tls.key',
    });
  });

  test('starts new workers when only their configuration has changed', () => {
    expect(checksumOf('--set', 'temporal.namespace=other')).not.toBe(checksumOf());
    expect(checksumOf('--set', 'replicas=5')).toBe(checksumOf());
  });

  test('sends all work to the new version after an upgrade, where versions are wanted', () => {
    expect(render(PLAIN).some(({ kind }) => kind === 'Job')).toBe(false);
    const job = pick(render(FULL), 'Job');
    expect(job.metadata?.annotations?.['helm.sh/hook']).toContain('post-upgrade');
    expect(job.spec?.template.spec?.containers[0]?.args).toEqual(['worker', '--make-current']);
    const { data } = pick(render(FULL), 'ConfigMap', 'r-ratchet');
    expect(data?.['TEMPORAL_DEPLOYMENT_NAME']).toBe('ratchet-team');
  });

  test('tests itself with a sweep file that Ratchet takes', () => {
    const objects = render(FULL);
    const text = pick(objects, 'ConfigMap', 'r-ratchet-doctor').data?.['sweep.yaml'];
    expect(parseSweep(text ?? '', 'sweep.yaml')).toMatchObject({
      sweep: { compute: { namespace: 'team' }, store: 's3://team/ratchet' },
    });
    const [container] = pick(objects, 'Pod', 'r-ratchet-doctor').spec?.containers ?? [];
    expect(container?.args?.[0]).toBe('doctor');
  });

  test('tests what trainers can get with a pod that is one to the network and to the cloud', () => {
    const objects = render(PLAIN);
    const { metadata, spec } = pick(objects, 'Pod', 'r-ratchet-confined');
    const template = makeJob(requestOf()).spec?.template;
    const policy = pick(objects, 'NetworkPolicy', 'r-ratchet-trainer').spec?.podSelector;
    expect(selects(policy, metadata?.labels)).toBe(true);
    expect(metadata?.annotations).toMatchObject(onlyForeign(template?.metadata?.annotations));
    expect(spec?.containers.map(({ name }) => name)).toEqual(
      template?.spec?.containers.map(({ name }) => name),
    );
    expect(spec).toMatchObject({
      serviceAccountName: 'r-ratchet-trainer',
      automountServiceAccountToken: false,
    });
    const worker = pick(objects, 'Deployment').spec?.selector;
    expect(selects(worker, metadata?.labels)).toBe(false);
  });

  test('ends with two commands to paste', () => {
    const notes = readNotes(PLAIN);
    expect(notes).toContain('  helm test r --namespace team --logs\n');
    expect(notes).toContain(
      '  TEMPORAL_ADDRESS=temporal-frontend.temporal.svc:7233 TEMPORAL_NAMESPACE=default ratchet run sweep.yaml\n',
    );
  });

  test('tells every variable that whoever submits sweeps needs as a worker does', () => {
    const notes = readNotes(FULL);
    const objects = render(FULL);
    const { env = [] } = pick(objects, 'Deployment').spec?.template.spec?.containers[0] ?? {};
    const { data = {} } = pick(objects, 'ConfigMap', 'r-ratchet');
    const needed = [
      ...Object.keys(data).filter((name) => name.startsWith('TEMPORAL_')),
      ...env.flatMap(({ name, valueFrom }) => (valueFrom ? [name] : [])),
    ].filter((name) => name !== 'TEMPORAL_DEPLOYMENT_NAME');
    expect(needed).toHaveLength(9);
    expect(needed.filter((name) => !new RegExp(`\\b${name}\\b`).test(notes))).toEqual([]);
    expect(notes).toContain('of ratchet-store\n');
  });

  test('ends with what sweep files say, which Ratchet takes', () => {
    const [, said] = /Sweep files say:\n\n([^]*?\n)\n/.exec(readNotes(FULL)) ?? [];
    const rest =
      'version: ratchet/v1\nname: a\nsuite: { kind: builtin }\nstream: { domains: [travel] }\nconditions: { keep: { trace: keep } }\n';
    expect(parseSweep(`${rest}${said?.replaceAll(/^ {2}/gm, '')}`, 'sweep.yaml')).toMatchObject({
      sweep: {
        compute: { serviceAccount: 'r-ratchet-trainer', secrets: ['ratchet-store'] },
        store: 's3://team/ratchet',
      },
    });
  });

  test.each([
    ['an unknown value', ['--set', 'replica=3'], /'replica' not allowed/],
    ['an unknown value inside', ['--set', 'temporal.adress=x'], /\/temporal.*'adress' not allowed/],
    ['a wrong type', ['--set', 'replicas=many'], /\/replicas.*got string, want integer/],
    ['root', ['--set', 'user=0'], /\/user.*minimum: got 0, want 1/],
    ['a wrong choice', ['--set', 'image.pullPolicy=Often'], /\/image\/pullPolicy.*'Always'/],
    ['no address', ['--set', 'temporal.address='], /temporal.address is needed: host:port/],
    ['no store', ['--set', 'store.url='], /store.url is needed: where your sweeps keep/],
    ['another store', ['--set', 'store.url=http://x'], /\/store\/url.*does not match/],
    ['an address without a port', ['--set', 'temporal.address=host'], /\/temporal\/address.*match/],
    ['a digest of no kind', ['--set', 'image.digest=latest'], /\/image\/digest.*match/],
    ['no time', ['--set', 'serviceMonitor.interval=banana'], /\/serviceMonitor\/interval.*match/],
    [
      'an entry that no Secret can have',
      ['--set', 'temporal.apiKey.key=x: y'],
      /\/temporal\/apiKey\/key.*match/,
    ],
    [
      'a label by which the workers are found',
      ['--set', 'podLabels.app\\.kubernetes\\.io/component=other'],
      /podLabels: app.kubernetes.io\/component is the chart's own/,
    ],
    [
      'one account for workers and trainers',
      ['--set', 'serviceAccounts.trainer.name=r-ratchet'],
      /worker and trainer are both called r-ratchet: trainers would have the worker's rights/,
    ],
    ['no image', ['--set', 'image.repository='], /image.repository is needed: where you pushed/],
  ])('refuses %s with a message that says where', (_what, args, message) => {
    const ran = helm('template', 'r', CHART, '--values', PLAIN, ...args);
    expect(ran.status).not.toBe(0);
    expect(ran.stderr).toMatch(message);
  });

  test('packs without what is only for checks', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-chart-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(helm('package', CHART, '--destination', folder)).toMatchObject({ status: 0 });
    const [archive = ''] = readdirSync(folder);
    const files = execFileSync('tar', ['-tzf', join(folder, archive)], { encoding: 'utf8' });
    expect(files).toContain('ratchet/values.schema.json');
    expect(files).not.toContain('/ci/');
  });
});

function nameOf({ kind, metadata }: { kind?: string; metadata?: { name?: string } }): string {
  return `${kind}/${metadata?.name}`;
}

function readNotes(values: string): string {
  return helm('install', 'r', CHART, '-n', 'team', '-f', values, '--dry-run=client').stdout;
}

function checksumOf(...args: string[]): string | undefined {
  const { template } = pick(render(PLAIN, ...args), 'Deployment').spec ?? {};
  return template?.metadata?.annotations?.['checksum/config'];
}

/** What others than Ratchet read. */
function onlyForeign(annotations: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).filter(([name]) => !name.startsWith('ratchet.dev/')),
  );
}

/** As Kubernetes does; the chart uses no other operator. */
function selects(selector: V1LabelSelector = {}, labels: Record<string, string> = {}): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator }) => operator === 'Exists' && key in labels)
  );
}
