import { expect } from 'vitest';
import type { Block } from '../../store/blocks.ts';
import { countPath, planPath, predictionsPath, scorePath } from '../../store/layout.ts';
import { encodeRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { dieAfter, Killed } from './faulty-store.ts';
import { MemoryStore } from './memory-store.ts';
import { keyOf, temporaryFolder, text } from './support.ts';
import { workOn } from './worker.ts';

export const KEY = keyOf('block');
export const CHILD = keyOf('child');
export const UNFINISHED = keyOf('unfinished');
export const PREDICTION = keyOf('prediction');
export const SCORE = keyOf('score');

export interface Filled {
  store: Store;
  block: Block;
  child: Block;
}

/** Two committed blocks, one that is half trained, predictions with their score, a count and a sweep with its plan. */
export async function filledStore(store: Store = new MemoryStore()): Promise<Filled> {
  const block = (await workOn(store, { key: KEY, folder: await temporaryFolder() })) as Block;
  const work = { key: CHILD, parent: block, folder: await temporaryFolder() };
  const child = (await workOn(store, work)) as Block;
  const dying = { key: UNFINISHED, folder: await temporaryFolder(), onStep: dieAfter(3) };
  await expect(workOn(store, dying)).rejects.toThrow(Killed);
  const prompts = (await store.putBlob(text('{"id":"1"}\n'))).sha256;
  const predictions = {
    format: 1,
    key: PREDICTION,
    prompts,
    predictions: [{ id: '1', text: 'f()' }],
  };
  await store.create(predictionsPath(PREDICTION), encodeRecord(predictions));
  const score = { format: 1, key: SCORE, prediction: PREDICTION, examples: [] };
  await store.create(scorePath(SCORE), encodeRecord(score));
  await store.create(countPath(keyOf('count')), encodeRecord({ format: 1, key: keyOf('count') }));
  const tools = (await store.putBlob(text('{"tools":[]}'))).sha256;
  const plan = (
    await store.putBlob(text(JSON.stringify({ tools, blocks: [KEY, CHILD, UNFINISHED] })))
  ).sha256;
  await store.create(planPath('demo-1', plan), encodeRecord({ format: 1, sweep: 'demo-1', plan }));
  return { store, block, child };
}
