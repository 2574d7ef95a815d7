import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  RbacAuthorizationV1Api,
  type V1Role,
} from '@kubernetes/client-node';
import { inject } from 'vitest';
import { find } from '../../k8s/cluster.ts';
import { CHART } from '../helm/chart.ts';

export const HAS_HELM = inject('helm') !== null;

/** Rules of a Role. */
type Rules = NonNullable<V1Role['rules']>;

/** Installations of the chart in a cluster, as whoever may do everything there. */
export class Installations {
  readonly core: CoreV1Api;
  private readonly apps: AppsV1Api;
  private readonly batch: BatchV1Api;
  private readonly rbac: RbacAuthorizationV1Api;
  /** Its contexts are the accounts that `actAs` was asked for; what follows Jobs in this process finds it. */
  private readonly config = new KubeConfig();
  private readonly file: string;
  private readonly namespaces: string[] = [];

  constructor(name: string) {
    this.config.loadFromFile(inject('cluster').kubeconfig);
    this.core = this.config.makeApiClient(CoreV1Api);
    this.apps = this.config.makeApiClient(AppsV1Api);
    this.batch = this.config.makeApiClient(BatchV1Api);
    this.rbac = this.config.makeApiClient(RbacAuthorizationV1Api);
    this.file = join(inject('cluster').folder, `${name}.kubeconfig`);
    process.env['KUBECONFIG'] = this.file;
  }

  /** Holds every pod to Pod Security's `restricted`. */
  async makeNamespace(name: string): Promise<void> {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await this.core.createNamespace({ body: { metadata: { name, labels } } });
    this.namespaces.push(name);
  }

  /** The chart as `ratchet`, or a change of it. */
  async install(namespace: string, ...args: string[]): Promise<void> {
    const where = ['ratchet', CHART, '--namespace', namespace];
    await this.helm('upgrade', '--install', ...where, ...args).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await this.explainPods(namespace)}`, { cause: error });
    });
  }

  /** Returns what it says. */
  async helm(...args: string[]): Promise<string> {
    const all = [...args, '--kubeconfig', inject('cluster').kubeconfig];
    return (await promisify(execFile)(inject('helm') ?? 'helm', all)).stdout;
  }

  /** Their last words, where they have ended. */
  private async explainPods(namespace: string): Promise<string> {
    const { items } = await this.core.listNamespacedPod({ namespace });
    return items
      .flatMap(({ metadata, status }) =>
        (status?.containerStatuses ?? []).map(({ state, lastState }) => {
          const { message, reason } = (lastState ?? state)?.terminated ?? state?.waiting ?? {};
          return `${metadata?.name}: ${message ?? reason ?? status?.phase}`;
        }),
      )
      .join('\n');
  }

  /** All of it, and returns when it is gone. Pods first: a namespace that has some waits for their whole grace periods. */
  async remove(): Promise<void> {
    for (const namespace of this.namespaces) {
      await this.apps.deleteCollectionNamespacedDeployment({ namespace });
      await this.batch.deleteCollectionNamespacedJob({
        namespace,
        propagationPolicy: 'Background',
      });
      while ((await this.core.listNamespacedPod({ namespace })).items.length > 0) {
        await this.core.deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: 0 });
        await delay(100);
      }
      await this.core.deleteNamespace({ name: namespace });
    }
    for (const name of this.namespaces)
      while (await find(() => this.core.readNamespace({ name }))) await delay(100);
  }

  /** The name of a context whose requests are a ServiceAccount's. */
  async actAs(namespace: string, account: string): Promise<string> {
    const body = { spec: { audiences: [], expirationSeconds: 3600 } };
    const of = { namespace, name: account };
    const { status } = await this.core.createNamespacedServiceAccountToken({ ...of, body });
    const name = `${namespace}/${account}`;
    this.config.addUser({ name, token: status?.token ?? '' });
    const cluster = this.config.getCurrentCluster()?.name ?? '';
    this.config.addContext({ name, user: name, cluster });
    writeFileSync(this.file, this.exportConfig());
    chmodSync(this.file, 0o600);
    return name;
  }

  /** A kubeconfig of all of them. */
  exportConfig(): string {
    return this.config.exportConfig();
  }

  /** An account with these rights and no others. */
  async makeAccount(namespace: string, name: string, rules: Rules): Promise<string> {
    const metadata = { name };
    await this.core.createNamespacedServiceAccount({ namespace, body: { metadata } });
    await this.rbac.createNamespacedRole({ namespace, body: { metadata, rules } });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
    const subjects = [{ kind: 'ServiceAccount', name, namespace }];
    await this.rbac.createNamespacedRoleBinding({
      namespace,
      body: { metadata, roleRef, subjects },
    });
    return this.actAs(namespace, name);
  }

  /** The rules of the Role that the chart made. */
  async readRules(namespace: string): Promise<Rules> {
    return (await this.rbac.readNamespacedRole({ namespace, name: 'ratchet' })).rules ?? [];
  }
}
