import { utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '../contract/digest.ts';
import type { Example } from '../contract/dialogue.ts';
import type { Suite } from './suite.ts';

/** A file of the trainer protocol: byte for byte the same every time. */
export interface DataFile {
  bytes: Uint8Array;
  /** Lines. */
  examples: number;
  /** Earlier results that `trace: shuffle` could not replace. */
  unshuffled: number;
}

/** One canonical JSON object a line, each line ended. Throws on an example without a target. */
export function toDataFile(items: readonly (Pick<Example, 'id'> & Partial<Example>)[]): DataFile {
  const empty = items.find(
    ({ target, completion }) => target?.length === 0 && completion === undefined,
  );
  if (empty) throw new Error(`example '${empty.id}' has no target`);
  const text = items.map((item) => `${canonicalJson(item)}\n`).join('');
  return { bytes: utf8ToBytes(text), examples: items.length, unshuffled: 0 };
}

/** The tools file of a suite: what its datasets' tool names refer to. */
export function renderTools(suite: Suite): Uint8Array {
  return utf8ToBytes(`${canonicalJson(suite.tools)}\n`);
}
