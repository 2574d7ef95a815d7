import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import type { ProcessIdentity } from './records.ts';

const run = promisify(execFile);
const LINUX = process.platform === 'linux';

/** Throws when no such process runs. */
export async function identifyProcess(pid = process.pid): Promise<ProcessIdentity> {
  const startTime = await findStartTime(pid);
  if (startTime === undefined) throw new Error(`no process ${pid} is running`);
  return { ...(await identifyMachine()), pid, startTime };
}

/**
 * True only if the process certainly ended: it ran on this boot of this machine, in this namespace of process ids, and
 * now none of that id and start time runs. A process that waits to be reaped (a zombie) has ended.
 */
export async function hasEnded(identity: ProcessIdentity): Promise<boolean> {
  const here = await identifyMachine();
  if (here.bootId === '' || here.bootId !== identity.bootId) return false;
  if (here.host !== identity.host || here.pidNamespace !== identity.pidNamespace) return false;
  return (await findStartTime(identity.pid)) !== identity.startTime;
}

type Machine = Omit<ProcessIdentity, 'pid' | 'startTime'>;
let machine: Promise<Machine> | undefined;

function identifyMachine(): Promise<Machine> {
  machine ??= readMachine();
  return machine;
}

async function readMachine(): Promise<Machine> {
  const bootId = LINUX
    ? readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    : run('sysctl', ['-n', 'kern.bootsessionuuid']).then(({ stdout }) => stdout);
  // Containers of one machine share its boot id, and may share its host name, but count processes each for itself.
  const pidNamespace = LINUX ? readlink('/proc/self/ns/pid') : Promise.resolve('');
  return {
    host: hostname(),
    bootId: (await bootId.catch(() => '')).trim(),
    pidNamespace: await pidNamespace.catch(() => ''),
  };
}

/** Undefined: no such process, or a zombie. Equal texts mean the same process as long as the machine is not restarted. */
function findStartTime(pid: number): Promise<string | undefined> {
  return LINUX ? readStartTicks(pid) : askForStartTime(pid);
}

/** Fields 3 (state) and 22 (start, in clock ticks since boot) of proc_pid_stat(5); the name before them may hold anything. */
async function readStartTicks(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && !/^[ZX]/.test(fields[0] ?? '') ? fields[19] : undefined;
}

async function askForStartTime(pid: number): Promise<string | undefined> {
  const asked = run('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  const line = await asked.then(({ stdout }) => stdout.trim()).catch(() => '');
  return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
}
