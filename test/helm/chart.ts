import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type {
  KubernetesObject,
  V1ConfigMap,
  V1Deployment,
  V1Job,
  V1NetworkPolicy,
  V1Pod,
  V1PodDisruptionBudget,
  V1Role,
  V1RoleBinding,
  V1ServiceAccount,
} from '@kubernetes/client-node';
import { inject } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { root } from '../boundary/rooms.ts';

export const CHART = join(root, 'charts', 'ratchet');
export const PLAIN = join(CHART, 'ci', 'plain-values.yaml');
export const FULL = join(CHART, 'ci', 'full-values.yaml');

export interface HelmRan {
  status: number | null;
  stdout: string;
  stderr: string;
}

export function helm(...args: string[]): HelmRan {
  const { status, stdout, stderr } = spawnSync(inject('helm') ?? 'helm', args, {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** What an installation as `r` in namespace `team` would make. */
export function render(values: string, ...args: string[]): KubernetesObject[] {
  const ran = helm('template', 'r', CHART, '--namespace', 'team', '--values', values, ...args);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return parseAllDocuments(ran.stdout)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

interface Kinds {
  ConfigMap: V1ConfigMap;
  Deployment: V1Deployment;
  Job: V1Job;
  NetworkPolicy: V1NetworkPolicy;
  Pod: V1Pod;
  PodDisruptionBudget: V1PodDisruptionBudget;
  Role: V1Role;
  RoleBinding: V1RoleBinding;
  ServiceAccount: V1ServiceAccount;
}

/** The only object of its kind, or the one of that name. Throws where there is none. */
export function pick<K extends keyof Kinds>(
  objects: KubernetesObject[],
  kind: K,
  name?: string,
): Kinds[K] {
  const found = objects.find(
    (object) => object.kind === kind && (name === undefined || object.metadata?.name === name),
  );
  if (!found) throw new Error(`no ${kind} ${name ?? ''}`);
  return found as Kinds[K];
}
