import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NVIDIA_SMI_PATIENCE } from '../contract/timeouts.ts';

/** A device that trainers can be given whole. */
export interface Gpu {
  /** As CUDA_VISIBLE_DEVICES takes it and every process of the machine calls it: its UUID where that can be known. */
  id: string;
  /** As nvidia-smi tells them; empty where it does not. */
  number: string;
  model: string;
}

/** The GPUs that this process may use, and in words where that was found out. */
export interface FoundGpus {
  gpus: Gpu[];
  source: string;
}

/**
 * Those that CUDA_VISIBLE_DEVICES names, where this process has that variable, else all that nvidia-smi lists. Numbers are
 * nvidia-smi's, and as CUDA has it nothing counts from the first name on that is no device's.
 */
export async function findGpus(env = process.env): Promise<FoundGpus> {
  const listed = await listGpus();
  const visible = env['CUDA_VISIBLE_DEVICES'];
  if (visible === undefined) return listed;
  const gpus: Gpu[] = [];
  for (const name of visible.split(',').map((one) => one.trim())) {
    const gpu = findNamed(name, listed.gpus);
    if (!gpu || gpus.some(({ id }) => id === gpu.id)) break;
    gpus.push(gpu);
  }
  return { gpus, source: `CUDA_VISIBLE_DEVICES is "${visible}"; ${listed.source}` };
}

/** What this machine lacks for trainers that hold so many of its GPUs, and how to mend it. */
export interface Lack {
  found: string;
  mend: string;
}

/** Undefined: it lacks nothing. */
export function findLack({ gpus, source }: FoundGpus, wanted: number): Lack | undefined {
  if (gpus.length >= wanted) return undefined;
  const what = gpus.length === 0 ? 'none of its GPUs' : `${gpus.length} of its GPUs`;
  return {
    found: `compute.gpus is ${wanted}, and on this machine a worker may use ${what} (${source})`,
    mend:
      gpus.length === 0
        ? "install NVIDIA's driver, mend CUDA_VISIBLE_DEVICES for the worker, or leave compute.gpus out"
        : `lower compute.gpus, which is part of the keys, or let the worker see more`,
  };
}

/** Slices of a GPU (MIG), and all GPUs where there is no nvidia-smi, are taken as they are named. */
function findNamed(name: string, listed: readonly Gpu[]): Gpu | undefined {
  const unlisted = { id: name, number: '', model: '' };
  if (/^MIG-./.test(name)) return unlisted;
  if (!/^(\d+|GPU-.+)$/.test(name)) return undefined;
  if (listed.length === 0) return unlisted;
  // CUDA takes the beginning of a UUID for the whole.
  return listed.find(({ id, number }) => number === name || id.startsWith(name));
}

const QUERY = ['--query-gpu=index,uuid,name', '--format=csv,noheader'];

/** A GPU that fell off the bus may make nvidia-smi fail, which lists the others all the same. */
async function listGpus(): Promise<FoundGpus> {
  const { said, why } = await ask();
  const gpus = said.split('\n').flatMap((line) => {
    const [, number, id, model] = /^(\d+), (GPU-[\w-]+), (.+)$/.exec(line.trim()) ?? [];
    return number && id && model ? [{ id, number, model }] : [];
  });
  if (gpus.length === 0) return { gpus, source: why ?? 'nvidia-smi lists none' };
  return { gpus, source: `nvidia-smi lists ${gpus.length}` };
}

async function ask(): Promise<{ said: string; why?: string }> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', QUERY, {
      timeout: NVIDIA_SMI_PATIENCE,
      killSignal: 'SIGKILL',
    });
    return { said: stdout };
  } catch (error) {
    const { code, killed, stdout = '', stderr = '' } = error as NvidiaSmiError;
    if (code === 'ENOENT') return { said: '', why: 'nvidia-smi is not on the PATH' };
    if (killed) return { said: '', why: 'nvidia-smi does not answer' };
    const words = `${stdout}${stderr}`.trim().split('\n')[0] ?? '';
    return { said: stdout, why: `nvidia-smi fails: ${words.slice(0, 200) || `exit ${code}`}` };
  }
}

interface NvidiaSmiError {
  code?: string | number;
  killed?: boolean;
  stdout?: string;
  stderr?: string;
}
