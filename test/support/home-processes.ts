import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess, isAlive } from '../../store/process-identity.ts';

/** Everything of one home is known by its environment, whatever any record says. Needs Linux's /proc. */

export const ROLES = ['client', 'supervisor', 'server', 'worker', 'learner'] as const;
export type Role = (typeof ROLES)[number];

export interface HomeProcess {
  role: Role;
  pid: number;
  startTime: string;
  command: string[];
  /** The process that started it. */
  parent: number;
}

/** Living processes whose `RATCHET_HOME` is this folder (its real path), but for those that are only just being started. */
export function findProcesses(home: string, ...roles: Role[]): HomeProcess[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => look(Number(name), home));
  const found = all.filter((one) => !all.some((other) => isForkOf(one, other)));
  return roles.length === 0 ? found : found.filter(({ role }) => roles.includes(role));
}

/** Until it becomes what it is started for, a process looks like the one that starts it. */
function isForkOf({ parent, command }: HomeProcess, other: HomeProcess): boolean {
  return parent === other.pid && command.join('\0') === other.command.join('\0');
}

function look(pid: number, home: string): HomeProcess[] {
  try {
    if (!readList(pid, 'environ').includes(`RATCHET_HOME=${home}`)) return [];
    const command = readList(pid, 'cmdline');
    const identity = identifyProcess(pid);
    if (!identity || command.length === 0) return [];
    const parent = Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    return [{ role: roleOf(command, home), pid, startTime: identity.startTime, command, parent }];
  } catch {
    return []; // Gone meanwhile, or another user's.
  }
}

function readList(pid: number, file: string): string[] {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
}

function roleOf(command: string[], home: string): Role {
  if (command.some((word) => word.endsWith('/worker/supervisor.js'))) return 'supervisor';
  if (command.some((word) => word.endsWith('/worker/main.js'))) return 'worker';
  if (command.includes('start-dev')) return 'server';
  return command.at(-1)?.startsWith(`${home}/work/`) ? 'learner' : 'client';
}

/** SIGKILL. False: it was gone already, and nothing fired. */
export function killProcess(found: Pick<HomeProcess, 'pid' | 'startTime'>): boolean {
  if (!isAlive(found)) return false;
  try {
    return process.kill(found.pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Ends whatever lives of a home, and waits until it is gone. */
export async function endHome(home: string): Promise<void> {
  for (let left = findProcesses(home); left.length > 0; left = findProcesses(home)) {
    for (const one of left) killProcess(one);
    await delay(20);
  }
}

/** Polls until the condition gives something; undefined when the time is over. */
export async function waitFor<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  patience: number,
  every = 20,
): Promise<T | undefined> {
  const deadline = performance.now() + patience;
  for (;;) {
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) return undefined;
    await delay(every);
  }
}
