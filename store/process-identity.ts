import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './file-errors.ts';
import type { ProcessIdentity } from './records.ts';

const LINUX = process.platform === 'linux';

/** Undefined when no such process runs. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startTime = findStartTime(pid);
  return startTime === undefined ? undefined : { ...identifyMachine(), pid, startTime };
}

/** This process. Where its start time cannot be found (an empty text), others rely on leases alone. */
export function identifySelf(): ProcessIdentity {
  const { pid } = process;
  return identifyProcess(pid) ?? { ...identifyMachine(), pid, startTime: '' };
}

/** Whether that very process runs on this machine: a later one of the same id started at another time. */
export function isAlive(found: Pick<ProcessIdentity, 'pid' | 'startTime'>): boolean {
  return found.startTime !== '' && findStartTime(found.pid) === found.startTime;
}

/**
 * True only if the process certainly ended: it ran on this boot of this machine, in this namespace of process ids, and
 * runs no longer. A process that waits to be reaped (a zombie) has ended.
 */
export function hasEnded(identity: ProcessIdentity): boolean {
  const here = identifyMachine();
  const known = here.bootId !== '' && identity.startTime !== '';
  const same =
    here.bootId === identity.bootId &&
    here.host === identity.host &&
    here.pidNamespace === identity.pidNamespace;
  return known && same && !isAlive(identity) && !isHidden(identity.pid);
}

type Machine = Omit<ProcessIdentity, 'pid' | 'startTime'>;
let machine: Machine | undefined;

function identifyMachine(): Machine {
  machine ??= {
    host: hostname(),
    bootId: orUnknown(() =>
      LINUX
        ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
        : ask('sysctl', '-n', 'kern.bootsessionuuid'),
    ),
    // Containers of one machine share its boot id, maybe its host name, but each counts its own processes.
    pidNamespace: LINUX ? orUnknown(() => readlinkSync('/proc/self/ns/pid')) : '',
  };
  return machine;
}

/** Undefined: no such process, or a zombie. Equal texts mean the same process until the machine restarts. */
function findStartTime(pid: number): string | undefined {
  const startTime = orUnknown(() => (LINUX ? readStartTicks(pid) : askForStartTime(pid)));
  return startTime === '' ? undefined : startTime;
}

/** A process whose start time may not be seen: another user's, where /proc hides those. */
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Fields 3 (state) and 22 (start, in clock ticks since boot) of proc_pid_stat(5); the name before them holds anything. */
function readStartTicks(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return /^[ZX]/.test(fields[0] ?? '') ? '' : (fields[19] ?? '');
}

function askForStartTime(pid: number): string {
  const line = ask('ps', '-o', 'state=,lstart=', '-p', String(pid)).trim();
  return line.startsWith('Z') ? '' : line.replace(/^\S+\s+/, '');
}

function ask(command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function orUnknown(find: () => string): string {
  try {
    return find().trim();
  } catch {
    return '';
  }
}
