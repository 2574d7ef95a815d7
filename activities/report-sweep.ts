import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { SweepToReport } from '../contract/activities.ts';
import { serialiseResults } from '../metrics/summarise.ts';
import { renderReports } from '../report/reports.ts';
import { sweepPath } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import { gatherHistory } from './gather-history.ts';
import { gatherResults } from './gather-results.ts';
import { readPlan } from './plans.ts';

/** Writes everything a sweep leaves for people and machines, from what the store holds now. */
export async function reportSweep(store: Store, sweep: SweepToReport): Promise<void> {
  const plan = await readPlan(store, sweep.plan);
  const results = await gatherResults(store, plan);
  const history = await gatherHistory(store, plan, sweep.failed);
  const files = {
    'results.json': serialiseResults(results),
    'history.json': `${JSON.stringify(history, null, 1)}\n`,
    ...renderReports(results, history),
  };
  for (const [name, text] of Object.entries(files))
    await store.replace(sweepPath(plan.sweep, name), utf8ToBytes(text));
}
