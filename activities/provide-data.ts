import { CausedError } from '../contract/causes.ts';
import { sha256Hex } from '../contract/digest.ts';
import { datasetOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import type { Store } from '../store/store.ts';
import { renderPlanned, renderPlannedTools } from './plans.ts';

/** Puts every rendered file that is not stored into the store; what the plan names is what must come out. */
export async function provideData(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
  domains: readonly string[],
): Promise<void> {
  if (!(await store.hasBlob(plan.tools)))
    await putPlanned(store, plan.tools, await renderPlannedTools(store, plan));
  for (const domain of domains) {
    const { train, prompts, gold } = datasetOf(plan, lineage, domain);
    const files = [train, prompts, gold];
    const stored = await Promise.all(files.map(({ sha256, size }) => store.hasBlob(sha256, size)));
    if (stored.every(Boolean)) continue;
    const rendered = await renderPlanned(store, plan, { lineage, domain });
    await putPlanned(store, train.sha256, rendered.train);
    await putPlanned(store, prompts.sha256, rendered.prompts);
    await putPlanned(store, gold.sha256, rendered.gold);
  }
}

async function putPlanned(store: Store, planned: string, bytes: Uint8Array): Promise<void> {
  if (sha256Hex(bytes) !== planned)
    throw new CausedError('data', 'the data render differently than when the sweep was planned');
  await store.putBlob(bytes, { overwrite: true });
}
