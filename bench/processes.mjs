// CPU time of processes, from Linux's /proc.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS = 100; // USER_HZ of Linux

/** Fields of proc_pid_stat(5) from the third on. */
function readStat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** CPU seconds of a process and of the children that it has reaped. */
export function cpuOf(pid) {
  return sumTicks(readStat(pid).slice(11, 15));
}

/** CPU seconds of all children that this process has reaped. */
export function cpuOfReaped() {
  return sumTicks(readStat('self').slice(13, 15));
}

/** CPU seconds of a process and everything below it. */
export function cpuOfTree(root) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      parents.set(Number(name), Number(readStat(name)[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (pid) => pid === root || (parents.has(pid) && isBelow(parents.get(pid)));
  return [...parents.keys()]
    .filter(isBelow)
    .map(cpuOf)
    .reduce((sum, seconds) => sum + seconds, 0);
}

/** CPU seconds that the whole machine has spent. */
export function cpuOfMachine() {
  const [user, nice, system, , , interrupts, soft] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .trim()
    .split(/\s+/)
    .slice(1);
  return sumTicks([user, nice, system, interrupts, soft]);
}

function sumTicks(fields) {
  return fields.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}
