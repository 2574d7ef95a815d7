import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plan } from '../plan/plan.ts';
import type { Sweep } from '../spec/sweep.ts';
import type { Home } from '../worker/home.ts';
import { compileScripts } from './condition-scripts.ts';
import { checkLock } from './data-lock.ts';
import { openData, type SweepData } from './open-data.ts';
import { planSweep, type SweepParts } from './plan-sweep.ts';

/** A sweep file read, checked, and worked out against its data. */
export interface LoadedSweep extends SweepData, SweepParts {
  plan: Plan;
  store: string;
}

/** Reads the file and its data and makes the plan; nothing is written. `change`: what the command line wants otherwise. */
export async function loadSweep(
  file: string,
  home: Home,
  change: (sweep: Sweep) => Sweep = (sweep) => sweep,
): Promise<LoadedSweep> {
  const data = await openData(file);
  await checkLock(data);
  const sweep = change(data.sweep);
  const scripts = await compileScripts(sweep, file);
  const parts = { ...data, sweep, scripts, workingFolder: dirname(resolve(file)) };
  const plan = await planSweep(parts);
  return { ...parts, plan, store: storeOf(sweep, file, home) };
}

/** A sweep's store as a URL: its own, or the home's. */
export function storeOf(sweep: Sweep, file: string, home: Home): string {
  if (sweep.store === undefined) return pathToFileURL(home.store).href;
  if (/^[a-z0-9]+:\/\//.test(sweep.store)) return sweep.store;
  return pathToFileURL(resolve(dirname(file), sweep.store)).href;
}
