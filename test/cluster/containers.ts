import { readdirSync, readFileSync } from 'node:fs';
import type { V1Pod } from '@kubernetes/client-node';
import { fired } from './fired.ts';

/** SIGKILL to the first process of a pod's container, as from outside of the pod. */
export function killContainer(pod: V1Pod, name: string): void {
  const [first] = findProcesses(idOf(pod, name));
  if (first === undefined) throw new Error(`no process of ${name} in ${pod.metadata?.name}`);
  process.kill(first, 'SIGKILL');
  fired(`SIGKILL of the ${name}'s process`);
}

/** SIGKILL to everything in the containers of a node, whose kubelet must be dead before. */
export function killContainersOf(node: string): void {
  const found = findProcesses(`/ratchet-${node}-`);
  for (const pid of found) process.kill(pid, 'SIGKILL');
  fired(`SIGKILL of ${found.length} processes in the containers of ${node}`);
}

function idOf({ status, metadata }: V1Pod, name: string): string {
  const { initContainerStatuses = [], containerStatuses = [] } = status ?? {};
  const found = [...initContainerStatuses, ...containerStatuses].find((one) => one.name === name);
  const id = found?.containerID?.split('://')[1];
  if (!id) throw new Error(`${metadata?.name} has no container ${name}`);
  return id;
}

/** Processes, the oldest first, in a cgroup whose path holds a text. */
function findProcesses(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .toSorted((a, b) => a - b)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(text);
      } catch {
        return false; // Gone meanwhile.
      }
    });
}
