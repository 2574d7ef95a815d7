import type { V1Container, V1EnvVar, V1Probe, V1SecurityContext } from '@kubernetes/client-node';
import { CONTAINERS } from './labels.ts';
import type { CarrierWork, JobRequest } from './job-request.ts';
import { PROBES } from './probes.ts';
import { CACHE, JOB_FOLDER, mountsOf } from './volumes.ts';

/** Pod Security Standard `restricted`, and a root file system that may not be written. */
const CONFINED: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/**
 * A native sidecar: it is up before the trainer starts and ends after it. Only it has credentials. Its startup probe holds
 * the trainer back until the job's folder is complete, however long another attempt's claim is waited for.
 */
export function makeCarrier(request: JobRequest): V1Container {
  const { settings, placement, stage, unit, hasBase } = request;
  const work: CarrierWork = { stage, unit };
  const memory = `${512 * 2 ** placement.memoryGrowths}Mi`;
  return {
    name: CONTAINERS.carrier,
    image: settings.carrierImage ?? settings.image,
    command: ['node', 'dist/carrier.mjs'],
    restartPolicy: 'Always',
    env: [
      { name: 'RATCHET_WORK', value: JSON.stringify(work) },
      { name: 'RATCHET_JOB_FOLDER', value: JOB_FOLDER },
      { name: 'RATCHET_READY_PORT', value: String(PROBES.port) },
      ...(hasBase ? [{ name: 'RATCHET_CACHE', value: CACHE }] : []),
      ...HOME,
    ],
    envFrom: settings.secrets.map((name) => ({ secretRef: { name } })),
    startupProbe: askCarrier(PROBES.ready),
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory } },
    securityContext: CONFINED,
    volumeMounts: mountsOf(request, 'carrier'),
  };
}

/** The end of its log is kept in its status, so that a failure can be explained when the log is gone. */
export function makeTrainer(request: JobRequest): V1Container {
  const { settings, placement, command } = request;
  const { gpus, gpuResource, cpus, env } = settings;
  const memory = growMemory(settings.memory, placement.memoryGrowths);
  const devices = gpus > 0 ? { [gpuResource]: String(gpus) } : {};
  return {
    name: CONTAINERS.trainer,
    image: settings.image,
    command: [...command, JOB_FOLDER],
    env: [...HOME, ...Object.entries(env).map(([name, value]) => ({ name, value }))],
    resources: { requests: { cpu: cpus, memory, ...devices }, limits: { memory, ...devices } },
    securityContext: CONFINED,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    startupProbe: askCarrier(PROBES.trainerRuns),
    // A trainer ends when its standard input does: here it stays open as long as the container.
    stdin: true,
    volumeMounts: mountsOf(request, 'trainer'),
  };
}

/** Twice as much for every time that it was not enough. */
export function growMemory(memory: string, growths: number): string {
  const [, amount = '', unit = ''] = /^(\d+)(.*)$/.exec(memory) ?? [];
  return `${Number(amount) * 2 ** growths}${unit}`;
}

const WEEK_OF_SECONDS = 604_800;

/** Once a second until it answers; nothing ever comes of its not answering. */
function askCarrier(path: string): V1Probe {
  const { port } = PROBES;
  return { httpGet: { path, port }, periodSeconds: 1, failureThreshold: WEEK_OF_SECONDS };
}

/** The only places that may be written besides the job's folder. */
const HOME: V1EnvVar[] = [
  { name: 'HOME', value: '/tmp' },
  { name: 'TMPDIR', value: '/tmp' },
];
