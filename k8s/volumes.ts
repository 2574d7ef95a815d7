import { posix } from 'node:path';
import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { JobRequest } from './job-request.ts';

const WORK = '/work';
/** Below the mount, so that it can be made and removed whole. */
export const JOB_FOLDER = posix.join(WORK, 'job');
/** Base weights. Both containers see it at the same place: the job's folder links to it. */
export const CACHE = '/cache';

type Volumes = Pick<JobRequest, 'settings' | 'hasBase'>;

/** The job's folder, which both containers share, base weights, and what the sweep file names. */
export function listVolumes({ settings, hasBase }: Volumes): V1Volume[] {
  const { disk, volumes, cache } = settings;
  const sharedMemory = chooseSharedMemory(settings);
  return [
    { name: 'work', emptyDir: { sizeLimit: disk } },
    { name: 'tmp-carrier', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'tmp-trainer', emptyDir: { sizeLimit: disk } },
    ...(sharedMemory === undefined
      ? []
      : [{ name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: sharedMemory } }]),
    ...(hasBase
      ? [{ name: 'cache', ...(cache ? mountedFrom(cache) : { emptyDir: { sizeLimit: disk } }) }]
      : []),
    ...volumes.map((volume) => ({ name: `own-${volume.name}`, ...mountedFrom(volume) })),
  ];
}

/** Of one GPU the node's 64 MiB do; of several NCCL may keep its buffers there, for which NVIDIA's guide asks for 1 GiB. */
function chooseSharedMemory({ sharedMemory, gpus }: Volumes['settings']): string | undefined {
  return sharedMemory ?? (gpus > 1 ? '1Gi' : undefined);
}

function mountedFrom(of: {
  claim?: string | undefined;
  hostPath?: string | undefined;
  readOnly?: boolean;
}): Omit<V1Volume, 'name'> {
  const { claim, hostPath = '', readOnly = false } = of;
  if (claim === undefined) return { hostPath: { path: hostPath, type: 'Directory' } };
  return { persistentVolumeClaim: { claimName: claim, readOnly } };
}

export function mountsOf(
  { settings, hasBase }: Volumes,
  container: 'carrier' | 'trainer',
): V1VolumeMount[] {
  const { volumes } = settings;
  const isShared = container === 'trainer' && chooseSharedMemory(settings) !== undefined;
  return [
    { name: 'work', mountPath: WORK },
    { name: `tmp-${container}`, mountPath: '/tmp' },
    ...(isShared ? [{ name: 'shared-memory', mountPath: '/dev/shm' }] : []),
    ...(hasBase ? [{ name: 'cache', mountPath: CACHE, readOnly: container === 'trainer' }] : []),
    ...volumes
      .filter(({ containers }) => containers === 'both' || containers === container)
      .map(({ name, path, readOnly }) => ({ name: `own-${name}`, mountPath: path, readOnly })),
  ];
}
