import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { openHome } from '../worker/home.ts';
import { type Check, describeCheck } from './check.ts';
import { checkCluster } from './check-cluster.ts';
import { checkConfinement } from './check-confinement.ts';
import { checkGpus } from './check-gpus.ts';
import { checkMachine } from './check-machine.ts';
import { checkOrphans } from './check-orphans.ts';
import { checkStore } from './check-store.ts';
import { checkSupervisor } from './check-supervisor.ts';
import { checkTemporal } from './check-temporal.ts';
import { EXIT } from './exit-codes.ts';
import { storeOf } from './load-sweep.ts';
import { readSweep } from './open-data.ts';
import { print, printJson } from './output.ts';

interface DoctorOptions {
  fix?: boolean;
  confined?: boolean;
  json?: boolean;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check what a sweep needs; each finding with how to mend it')
    .argument('[file]', 'sweep file: its store and its cluster are checked')
    .option('--fix', 'mend what can be mended without risk: remove Jobs that nobody follows')
    .option('--confined', 'instead: whether this pod gets no identity, as trainers must not')
    .option('--json', 'one JSON list')
    .action(async (file: string | undefined, options: DoctorOptions) => {
      const found = await (options.confined ? checkConfinement() : examine(file));
      const checks = options.fix ? await Promise.all(found.map(mend)) : found;
      process.exitCode = checks.every(({ ok }) => ok) ? EXIT.done : EXIT.findings;
      if (options.json) return printJson(checks);
      return print(checks.map(describeCheck).join('\n'));
    });
}

async function examine(file: string | undefined): Promise<Check[]> {
  const home = openHome();
  const sweep = file === undefined ? undefined : (await readSweep(file)).sweep;
  const store = sweep && file ? storeOf(sweep, file, home) : pathToFileURL(home.store).href;
  return [
    ...(await checkMachine(home)),
    await checkGpus(sweep),
    ...(await checkTemporal()),
    await checkSupervisor(home),
    ...(await checkStore(store)),
    ...(sweep ? [...(await checkCluster(sweep)), ...(await checkOrphans(sweep, home))] : []),
  ];
}

async function mend(check: Check): Promise<Check> {
  return check.ok || !check.fix ? check : check.fix();
}
