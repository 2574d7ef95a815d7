import { spawn } from 'node:child_process';
import { appendFileSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { waitFor } from './cluster.ts';
import { fired } from './fired.ts';

/** A program of the cluster by the name under which its script recorded it, such as `apiserver` or `n1-kubelet`. */
export class Daemon {
  private readonly name: string;
  private readonly state = inject('cluster').state;
  private pid: number;
  /** How it was started, and in which mounts, for when it is gone. */
  private readonly command: string[];
  private readonly folder: string;
  private readonly mounts: number;

  constructor(name: string) {
    this.name = name;
    const lines = readFileSync(join(this.state, 'pids'), 'utf8').trim().split('\n');
    this.pid = Number(lines.findLast((line) => line.startsWith(`${name} `))?.split(' ')[1]);
    this.command = readFileSync(`/proc/${this.pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    this.folder = readlinkSync(`/proc/${this.pid}/cwd`);
    this.mounts = openSync(`/proc/${this.pid}/ns/mnt`, 'r');
  }

  async kill(): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    await waitFor(() => !isRunning(this.pid));
    fired(`SIGKILL of ${this.name}`);
  }

  restart(): void {
    const log = openSync(join(this.state, `${this.name}.again.log`), 'a');
    const mounts = `--mount=/proc/${process.pid}/fd/${this.mounts}`;
    const child = spawn('nsenter', [mounts, `--wd=${this.folder}`, '--', ...this.command], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    this.pid = child.pid ?? 0;
    appendFileSync(join(this.state, 'pids'), `${this.name} ${this.pid}\n`);
  }

  /** It keeps its connections and says nothing. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
    fired(`SIGSTOP of ${this.name}`);
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }
}

/** Not gone, and not only waiting for whoever started it to hear of its end. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
