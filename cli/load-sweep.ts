import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataError } from '../data/errors.ts';
import { openSuite } from '../data/open-suite.ts';
import type { Suite, SuiteSource } from '../data/suite.ts';
import type { Plan } from '../plan/plan.ts';
import { parseSweep } from '../spec/parse.ts';
import { formatProblem } from '../spec/problems.ts';
import type { Sweep } from '../spec/sweep.ts';
import type { Home } from '../worker/home.ts';
import { compileScripts } from './condition-scripts.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { say } from './output.ts';
import { planSweep, type SweepParts } from './plan-sweep.ts';
import { readBounded, readSources } from './suite-files.ts';

/** A sweep file above this is a mistake. */
const SPEC_BYTES = 4_000_000;

/** A sweep file read, checked, and worked out against its data. */
export interface LoadedSweep extends SweepParts {
  file: string;
  plan: Plan;
  store: string;
}

/** Reads and checks the file alone. Throws a `CliError` that lists every problem at once. */
async function readSweepFile(file: string): Promise<Sweep> {
  const bytes = await readBounded(file, SPEC_BYTES, EXIT.spec);
  const parsed = parseSweep(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), file);
  if ('errors' in parsed)
    throw new CliError(EXIT.spec, parsed.errors.map(formatProblem).join('\n\n'));
  for (const warning of parsed.warnings) say(formatProblem(warning));
  return parsed.sweep;
}

/** Reads the file and its data and makes the plan; nothing is written. `change`: what the command line wants otherwise. */
export async function loadSweep(
  file: string,
  home: Home,
  change: (sweep: Sweep) => Sweep = (sweep) => sweep,
): Promise<LoadedSweep> {
  const sweep = change(await readSweepFile(file));
  const { folder, sources } = await readSources(sweep, file);
  const scripts = await compileScripts(sweep, file);
  const suite = openNamed(sweep, folder, sources);
  const parts = { sweep, suite, sources, scripts, workingFolder: dirname(resolve(file)) };
  const plan = await planSweep(parts);
  return { ...parts, file, plan, store: storeOf(sweep, file, home) };
}

/** A sweep's store as a URL: its own, or the home's. */
function storeOf(sweep: Sweep, file: string, home: Home): string {
  if (sweep.store === undefined) return pathToFileURL(home.store).href;
  if (/^[a-z0-9]+:\/\//.test(sweep.store)) return sweep.store;
  return pathToFileURL(resolve(dirname(file), sweep.store)).href;
}

/** The suite knows its files by their names alone; a person wants to know where they are. */
function openNamed(sweep: Sweep, folder: string, sources: SuiteSource[]): Suite {
  try {
    return openSuite(sweep.suite, sources);
  } catch (error) {
    if (error instanceof DataError) throw new CliError(EXIT.data, join(folder, error.message));
    throw error;
  }
}
