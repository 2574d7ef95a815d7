import { CausedError } from '../contract/causes.ts';
import { sha256Hex } from '../contract/digest.ts';
import { heldOutOf, trainingOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage, RenderedFile } from '../plan/plan.ts';
import type { Store } from '../store/store.ts';
import { renderPlannedHeldOut, renderPlannedTools, renderPlannedTraining } from './plans.ts';

/** Puts what a block trains on into the store, unless it stands there; what the plan names is what must come out. */
export async function provideTraining(
  store: Store,
  plan: Plan,
  of: { lineage: PlannedLineage; block: number },
): Promise<void> {
  await provideTools(store, plan);
  const planned = trainingOf(plan, of.lineage, of.block);
  if (await isStored(store, planned)) return;
  await putPlanned(store, planned.sha256, (await renderPlannedTraining(store, plan, of)).bytes);
}

/** The same for every domain's held-out side. */
export async function provideHeldOut(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
): Promise<void> {
  await provideTools(store, plan);
  for (const domain of plan.spec.stream.domains) {
    const { prompts, gold } = heldOutOf(plan, lineage, domain);
    if ((await isStored(store, prompts)) && (await isStored(store, gold))) continue;
    const rendered = await renderPlannedHeldOut(store, plan, { lineage, domain });
    await putPlanned(store, prompts.sha256, rendered.prompts.bytes);
    await putPlanned(store, gold.sha256, rendered.gold.bytes);
  }
}

async function provideTools(store: Store, plan: Plan): Promise<void> {
  if (await store.hasBlob(plan.tools)) return;
  await putPlanned(store, plan.tools, await renderPlannedTools(store, plan));
}

function isStored(store: Store, { sha256, size }: RenderedFile): Promise<boolean> {
  return store.hasBlob(sha256, size);
}

async function putPlanned(store: Store, planned: string, bytes: Uint8Array): Promise<void> {
  if (sha256Hex(bytes) !== planned)
    throw new CausedError('data', 'the data render differently than when the sweep was planned');
  await store.putBlob(bytes, { overwrite: true });
}
