import { access, constants, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { pc } from './colors.ts';
import { scorerIdentity } from '../compute/trainers.ts';
import { isAlive } from '../store/process-identity.ts';
import { openStore } from '../store/open-store.ts';
import { cacheFolder, type Home, openHome } from '../worker/home.ts';
import { attach } from '../worker/supervisor-socket.ts';
import { findTemporal } from '../worker/temporal-binary.ts';
import { readRecord } from '../worker/supervisor-record.ts';
import { checkCluster } from './check-cluster.ts';
import { EXIT } from './exit-codes.ts';
import { readSweep } from './open-data.ts';
import { print, printJson } from './output.ts';

export interface Check {
  name: string;
  ok: boolean;
  found: string;
  /** One command or action. */
  mend?: string;
}

const NODE_MAJOR = 20;
const LITTLE_SPACE = 2 * 1024 ** 3;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check what a sweep needs; each finding with how to mend it')
    .argument('[file]', 'sweep file: its cluster is checked as well')
    .option('--json', 'one JSON list')
    .action(async (file: string | undefined, options: { json?: boolean }) => {
      const home = openHome();
      const cluster =
        file === undefined ? undefined : await checkCluster((await readSweep(file)).sweep);
      const checks = [
        checkNode(),
        checkBuild(),
        await checkTemporal(),
        await checkStore(home),
        await checkSpace(home),
        await checkSupervisor(home),
        await checkLeftovers(home),
        ...(cluster ? [cluster] : []),
      ];
      process.exitCode = checks.every(({ ok }) => ok) ? EXIT.done : EXIT.findings;
      if (options.json) return printJson(checks);
      return print(checks.map(describe).join('\n'));
    });
}

function describe({ name, ok, found, mend }: Check): string {
  const line = `${ok ? pc.green('✓') : pc.red('✗')} ${name.padEnd(12)} ${found}`;
  return ok || !mend ? line : `${line}\n  ${pc.bold('mend:')} ${mend}`;
}

function checkNode(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  const ok = major === NODE_MAJOR;
  const mend = `install Node ${NODE_MAJOR}: the learner's results are pinned to it`;
  return { name: 'node', ok, found: process.versions.node, ...(ok ? {} : { mend }) };
}

function checkBuild(): Check {
  try {
    return { name: 'build', ok: true, found: `scorer ${scorerIdentity().slice(0, 12)}` };
  } catch {
    return { name: 'build', ok: false, found: 'the bundles are missing', mend: 'npm run build' };
  }
}

async function checkTemporal(): Promise<Check> {
  const address = process.env['TEMPORAL_ADDRESS'];
  if (address) return { name: 'temporal', ok: true, found: `TEMPORAL_ADDRESS ${address}` };
  const binary = await findTemporal();
  if (binary) return { name: 'temporal', ok: true, found: binary };
  return {
    name: 'temporal',
    ok: false,
    found: `no server on PATH or in ${cacheFolder()}`,
    mend: 'ratchet demo obtains it (needs the internet or Go), or set TEMPORAL_BIN',
  };
}

/** A conditional write must really be refused. */
async function checkStore(home: Home): Promise<Check> {
  const name = 'store';
  try {
    await access(home.store, constants.W_OK);
    const store = await openStore(pathToFileURL(home.store).href);
    const probe = `probes/${process.pid}.json`;
    await store.remove(probe);
    const bytes = new TextEncoder().encode('{}\n');
    const [first, second] = [await store.create(probe, bytes), await store.create(probe, bytes)];
    await store.remove(probe);
    const ok = first && !second;
    const mend = 'put RATCHET_HOME on a file system with hard links';
    const found = ok
      ? `${store.url}, create-only writes hold`
      : 'a second create-only write went through';
    return { name, ok, found, ...(ok ? {} : { mend }) };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { name, ok: false, found, mend: 'set RATCHET_HOME to a folder that may be written' };
  }
}

async function checkSpace(home: Home): Promise<Check> {
  const { bavail, bsize } = await statfs(home.folder);
  const free = bavail * bsize;
  const found = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  const ok = free > LITTLE_SPACE;
  return {
    name: 'disk',
    ok,
    found,
    ...(ok ? {} : { mend: `free space on the disk of ${home.folder}` }),
  };
}

async function checkSupervisor(home: Home): Promise<Check> {
  const attachment = await attach(home);
  attachment?.close();
  if (attachment) return { name: 'supervisor', ok: true, found: 'running' };
  const record = readRecord(home);
  const orphans = [record?.server, record?.worker].filter((one) => one && isAlive(one));
  if (orphans.length === 0) return { name: 'supervisor', ok: true, found: 'not running' };
  return {
    name: 'supervisor',
    ok: false,
    found: `gone, but left ${orphans.length} processes`,
    mend: 'ratchet resume ends them and goes on',
  };
}

async function checkLeftovers(home: Home): Promise<Check> {
  const folders = await readdir(home.work).catch(() => []);
  const found = `${folders.length} work folders in ${join(home.work)}`;
  return { name: 'work', ok: true, found };
}
