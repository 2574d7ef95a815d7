// What `npm test` and `npm run demo` share. Only Node's own modules at the top: it runs in a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));

/** Says what is done and how long it took. */
export async function step(what, work) {
  const started = performance.now();
  console.log(`\n== ${what} ...`);
  const result = await work();
  console.log(`== done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Runs a program to its end; what it writes is shown. Returns its exit code. */
export function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

/** Installs, compiles, and obtains the Temporal server: each only where something is missing or has changed. */
export async function setUp() {
  requireNode();
  if (!isInstalled())
    await step('Installing dependencies (about half a minute)', () =>
      must('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'),
    );
  await step('Compiling (about 15 s the first time)', () =>
    must(process.execPath, 'scripts/build.mjs'),
  );
  const { obtainTemporal } = await import('../dist/worker/temporal-binary.js');
  await step('Looking for the Temporal server', async () => {
    console.log(await obtainTemporal((line) => console.log(line)));
  });
}

/** Ends this program, its failures told in one line. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

function must(command, ...args) {
  if (run(command, ...args) !== 0) throw new Error(`${[command, ...args].join(' ')} failed`);
}

/** The learner's arithmetic is pinned to one release line of Node: `Math.exp` may differ in its last bit elsewhere. */
function requireNode() {
  const { engines } = readJson('package.json');
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major !== 20 || minor < 20)
    throw new Error(`Node ${engines.node} is needed, this is ${process.versions.node}`);
}

/** Whether every package of the lock file stands in `node_modules` in its version. */
function isInstalled() {
  const installed = join('node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const { packages } = readJson(installed);
  return Object.entries(readJson('package-lock.json').packages).every(
    ([path, { version, optional }]) =>
      path === '' || optional || packages[path]?.version === version,
  );
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
