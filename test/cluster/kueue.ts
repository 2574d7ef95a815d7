import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { inject } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { LABELS } from '../../k8s/labels.ts';
import { Cluster, NAMESPACE, waitFor } from './cluster.ts';
import { USER } from './setup.ts';

const BINARIES = process.env['BIN'] ?? join(homedir(), '.cache', 'ratchet', 'bin');
const OWN = join(import.meta.dirname, 'kueue');

/** Built once by `test/cluster/kueue/build.sh`; its tests are skipped without it. */
export const HAS_KUEUE = ['kueue', 'kueue-manifests'].every((name) =>
  existsSync(join(BINARIES, name)),
);

/** Of its own: no other API group's objects are ours to admit. */
const GROUPS = ['batch', 'kueue.x-k8s.io'];

interface Webhooks {
  webhooks: {
    clientConfig: object & { service?: { path: string } };
    rules: { apiGroups: string[] }[];
  }[];
}

/** Kueue's manager on this machine, which the API server asks at a URL; and the queues of kueue/queues.yaml. */
export class Kueue {
  private readonly folder = mkdtempSync(join(tmpdir(), 'ratchet-kueue-'));
  private readonly cluster = new Cluster();
  private manager: ChildProcess | undefined;

  async start(): Promise<void> {
    const [health, webhook] = [await findFreePort(), await findFreePort()];
    const certificates = this.makeCertificate();
    this.write('webhooks.yaml', describeWebhooks(webhook, join(certificates, 'tls.crt')));
    const settings = { HEALTH: health, WEBHOOK: webhook, CERTIFICATES: certificates };
    const config = readFileSync(join(OWN, 'config.yaml'), 'utf8');
    this.write(
      'config.yaml',
      Object.entries(settings).reduce(
        (text, [name, value]) => text.replace(name, `${value}`),
        config,
      ),
    );
    kubectl('create', 'namespace', 'kueue-system');
    kubectl('apply', '--server-side', '-f', join(BINARIES, 'kueue-manifests', 'crds.yaml'));
    kubectl('wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all');
    this.manager = this.spawnManager();
    await waitFor(() => isReady(health));
    kubectl('apply', '-f', join(this.folder, 'webhooks.yaml'));
    await waitFor(() => isApplied(join(OWN, 'queues.yaml')));
  }

  /** Its webhooks go first: no Job may be made while one that does not answer is asked. */
  async stop(): Promise<void> {
    kubectl('delete', '--ignore-not-found', '-f', join(this.folder, 'webhooks.yaml'));
    kubectl('delete', 'jobs', '--all', '--namespace', NAMESPACE, '--cascade=foreground'); // Queues outlive what they admitted.
    kubectl('delete', '--ignore-not-found', '-f', join(OWN, 'queues.yaml'));
    if (this.manager?.exitCode === null && this.manager.kill()) await once(this.manager, 'exit');
    rmSync(this.folder, { recursive: true });
  }

  /** A Job of somebody else, with a GPU, that does nothing until it is removed: it takes the whole quota. Resolves when it runs. */
  async occupy(name: string, priority: string): Promise<{ remove: () => Promise<void> }> {
    const { batch, core } = this.cluster;
    const namespace = NAMESPACE;
    const labelSelector = `batch.kubernetes.io/job-name=${name}`;
    const readPods = async (): Promise<V1Pod[]> =>
      (await core.listNamespacedPod({ namespace, labelSelector })).items;
    await batch.createNamespacedJob({ namespace, body: occupant(name, priority) });
    await waitFor(async () => (await readPods()).some(({ status }) => status?.phase === 'Running'));
    return {
      remove: async () => {
        await batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Foreground' });
        await waitFor(async () => (await readPods()).length === 0);
      },
    };
  }

  private makeCertificate(): string {
    const folder = join(this.folder, 'certificates');
    mkdirSync(folder);
    const subject = ['-subj', '/CN=kueue', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')];
    const how = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
    execFileSync('openssl', [...how, ...subject, ...files], { stdio: 'ignore' });
    return folder;
  }

  private spawnManager(): ChildProcess {
    const log = openSync(join(this.folder, 'log'), 'a');
    const config = `--config=${join(this.folder, 'config.yaml')}`;
    return spawn(join(BINARIES, 'kueue'), [config, '--feature-gates=VisibilityOnDemand=false'], {
      stdio: ['ignore', log, log],
      env: { ...process.env, KUBECONFIG: inject('cluster').kubeconfig },
    });
  }

  private write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }
}

function occupant(name: string, priority: string): V1Job {
  const amounts = { cpu: '100m', memory: '64Mi', 'nvidia.com/gpu': '1' };
  const wait = "process.once('SIGTERM', () => process.exit()); setInterval(() => {}, 1000)";
  return {
    metadata: { name, labels: { [LABELS.queue]: 'train', [LABELS.queuePriority]: priority } },
    spec: {
      suspend: true,
      template: {
        spec: {
          restartPolicy: 'Never',
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
              },
              name: 'waits',
              image: inject('cluster').image,
              command: ['node', '-e', wait],
              resources: { requests: amounts, limits: amounts },
            },
          ],
        },
      },
    },
  };
}

/** Kueue's own, asked at a URL instead of a Service. */
function describeWebhooks(port: number, certificate: string): string {
  const caBundle = readFileSync(certificate).toString('base64');
  const text = readFileSync(join(BINARIES, 'kueue-manifests', 'webhooks.yaml'), 'utf8');
  const configurations = parseAllDocuments(text).map(
    (document) => document.toJS() as Webhooks | null,
  );
  return configurations
    .flatMap((one) => one ?? [])
    .map(({ webhooks, ...rest }) => {
      const ours = webhooks.filter(({ rules }) =>
        rules.some(({ apiGroups }) => GROUPS.includes(apiGroups[0] ?? '')),
      );
      const asked = ours.map(({ clientConfig, ...webhook }) => {
        const url = `https://127.0.0.1:${port}${clientConfig.service?.path}`;
        return { ...webhook, clientConfig: { url, caBundle } };
      });
      return stringify({ ...rest, webhooks: asked });
    })
    .join('---\n');
}

function kubectl(...args: string[]): void {
  const { kubeconfig } = inject('cluster');
  const command = [`--kubeconfig=${kubeconfig}`, ...args];
  execFileSync(join(BINARIES, 'kubectl'), command, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The webhooks may not answer yet. */
function isApplied(file: string): boolean {
  try {
    kubectl('apply', '-f', file);
    return true;
  } catch {
    return false;
  }
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
