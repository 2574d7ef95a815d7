// CPU seconds of a whole sweep from an empty home, every process counted: command line, supervisor, server, worker and its
// trainers. Linux only. Usage: node bench/sweep-cpu.mjs [examples/api-bank.yaml]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuOf, cpuOfReaped } from './processes.mjs';

const root = join(import.meta.dirname, '..');
const file = process.argv[2] ?? join(root, 'examples', 'api-bank.yaml');
const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));

const started = performance.now();
const run = spawnSync(process.execPath, [join(root, 'bin', 'ratchet.js'), 'run', file, '--json'], {
  env: { ...process.env, RATCHET_HOME: home },
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});
const wallSeconds = (performance.now() - started) / 1000;
if (run.status !== 0) process.exit(run.status ?? 1);

const { supervisor, server, worker } = JSON.parse(
  readFileSync(join(home, 'supervisor.json'), 'utf8'),
);
const result = {
  file: file.slice(file.lastIndexOf('/') + 1),
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`,
  wallSeconds,
  cpuSeconds: {
    'worker and trainers': cpuOf(worker.pid),
    server: cpuOf(server.pid),
    supervisor: cpuOf(supervisor.pid),
    'command line': cpuOfReaped(),
  },
};
result.cpuSeconds.total = Object.values(result.cpuSeconds).reduce((sum, value) => sum + value, 0);
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.kill(supervisor.pid, 'SIGTERM');
for (let wait = 0; wait < 100; wait++) {
  try {
    process.kill(supervisor.pid, 0);
  } catch {
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
}
rmSync(home, { recursive: true, force: true });
