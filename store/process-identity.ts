import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
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

/** True only if the process certainly ended: it ran within sight, and runs no longer. A zombie has ended. */
export function hasEnded(identity: ProcessIdentity): boolean {
  return isWithinSight(identity) && !isAlive(identity) && !isHidden(identity.pid);
}

/** Whether this process can tell if that one runs: on this boot of this machine, in this namespace of process ids. */
export function isWithinSight(identity: ProcessIdentity): boolean {
  const here = identifyMachine();
  const known = here.bootId !== '' && identity.startTime !== '';
  return (
    known &&
    here.bootId === identity.bootId &&
    here.host === identity.host &&
    here.pidNamespace === identity.pidNamespace
  );
}

/**
 * Whether anything still runs of the process group that a process within sight led: it may have ended before what it started.
 * As long as any of them lives nobody else can have its id.
 */
export function isGroupAlive(leader: ProcessIdentity): boolean {
  if (isAlive(leader)) return true;
  if (findStartTime(leader.pid) !== undefined) return false;
  try {
    process.kill(-leader.pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  // Zombies answer too, and where nobody waits for them they stay.
  const members = LINUX ? listGroup(leader.pid) : [];
  return members.length === 0 || members.some((state) => !hasExited(state));
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

/** Field 22 of proc_pid_stat(5): start, in clock ticks since boot. */
function readStartTicks(pid: number): string {
  const fields = readStat(pid);
  return hasExited(fields[0] ?? '') ? '' : (fields[19] ?? '');
}

/** States of a process group's members, as far as /proc shows them: fields 3 and 5. */
function listGroup(leader: number): string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [state = '', , group] = readStat(Number(name));
      return group === String(leader) ? [state] : [];
    } catch {
      return []; // Gone meanwhile.
    }
  });
}

/** From field 3 on; the name before it holds anything. */
function readStat(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** A zombie, or on its way. */
function hasExited(state: string): boolean {
  return /^[ZX]/.test(state);
}

function askForStartTime(pid: number): string {
  const line = ask('ps', '-o', 'state=,lstart=', '-p', String(pid)).trim();
  return hasExited(line) ? '' : line.replace(/^\S+\s+/, '');
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
