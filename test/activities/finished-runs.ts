import { cellsOn } from '../../activities/cells.ts';
import { writePlan } from '../../activities/plans.ts';
import { CONVENTIONS } from '../../contract/scores.ts';
import { record } from '../../metrics/cell-counts.ts';
import { blockAt, cellsOf, lineageAt } from '../../plan/cells.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Block, commitBlock } from '../../store/blocks.ts';
import { scorePath } from '../../store/layout.ts';
import { createRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { keyOf, text } from '../store/support.ts';
import { manifestOf } from '../store/worker.ts';
import { type Changes, planOf } from '../plan/study.ts';

const EXAMPLES = 10;

/** Submits a study to a store. */
export async function submit(store: Store, changes: Changes = {}): Promise<Plan> {
  const plan = planOf(changes);
  await writePlan(store, plan);
  return plan;
}

/** Commits blocks of a run and scores them: of block i, of ten examples of domain j, `right[i][j]` are right. */
export async function finish(
  store: Store,
  plan: Plan,
  index: number,
  right: readonly (readonly number[])[],
): Promise<void> {
  const lineage = lineageAt(plan, index);
  const blocks: Block[] = [];
  for (const [block, row] of right.entries()) {
    const { parent } = blockAt(plan, lineage, block);
    const key = lineage.blocks[block] ?? '';
    const file = { name: 'weights', ...(await store.putBlob(text(`weights of ${key}`))) };
    const manifest = manifestOf(key, [file], parent === null ? undefined : blocks[parent]);
    const { block: committed } = await commitBlock(store, manifest);
    blocks.push(committed);
    for (const [place, cell] of cellsOn(
      committed.sha256,
      cellsOf(plan, lineage, block),
    ).entries()) {
      if (row[place] === undefined) continue;
      const { score, weights, prediction } = cell;
      const examples = Array.from({ length: EXAMPLES }, (_, example) =>
        answer(example, example < (row[place] ?? 0)),
      );
      const scored = { format: 1, key: score, weights, prediction, examples };
      await createRecord(store, scorePath(score), scored);
    }
  }
}

function answer(example: number, isRight: boolean): object {
  return {
    id: keyOf(`${example}`),
    dialogue: 'd',
    right: record(CONVENTIONS, () => isRight),
    nameRight: true,
    outcome: isRight ? 'exact' : 'wrong-arguments',
  };
}
