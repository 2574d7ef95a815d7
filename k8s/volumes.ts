import { posix } from 'node:path';
import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { KubernetesCompute } from '../spec/compute-schema.ts';

const WORK = '/work';
/** Below the mount, so that it can be made and removed whole. */
export const JOB_FOLDER = posix.join(WORK, 'job');

type Volumes = Pick<KubernetesCompute, 'disk' | 'sharedMemory' | 'volumes'>;

/** The job's folder, which both containers share, and what the sweep file names. */
export function listVolumes({ disk, sharedMemory, volumes }: Volumes): V1Volume[] {
  return [
    { name: 'work', emptyDir: { sizeLimit: disk } },
    { name: 'tmp-carrier', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'tmp-trainer', emptyDir: { sizeLimit: disk } },
    ...(sharedMemory === undefined
      ? []
      : [{ name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: sharedMemory } }]),
    ...volumes.map(({ name, claim, hostPath, readOnly }) => ({
      name: `own-${name}`,
      ...(claim === undefined
        ? { hostPath: { path: hostPath ?? '', type: 'Directory' } }
        : { persistentVolumeClaim: { claimName: claim, readOnly } }),
    })),
  ];
}

export function mountsOf(
  { sharedMemory, volumes }: Volumes,
  container: 'carrier' | 'trainer',
): V1VolumeMount[] {
  const isShared = container === 'trainer' && sharedMemory !== undefined;
  return [
    { name: 'work', mountPath: WORK },
    { name: `tmp-${container}`, mountPath: '/tmp' },
    ...(isShared ? [{ name: 'shared-memory', mountPath: '/dev/shm' }] : []),
    ...volumes
      .filter(({ containers }) => containers === 'both' || containers === container)
      .map(({ name, path, readOnly }) => ({ name: `own-${name}`, mountPath: path, readOnly })),
  ];
}
