/** The decisions about a value that are not its text: its form, true or false, whether a list goes on. */

import type { Json, PropertySchema } from '../contract/dialogue.ts';
import type { CandidateSet } from './candidates.ts';
import type { EncodedPrompt } from './encode.ts';
import { hashText, mix, mix3 } from './hashing.ts';
import type { Model } from './model.ts';
import type { SlotCard } from './tool-card.ts';

export const FORMS = ['string', 'integer', 'number', 'boolean', 'null', 'array', 'object'] as const;
export type Form = (typeof FORMS)[number];

const SALT = {
  form: hashText('form'),
  truth: hashText('truth'),
  item: hashText('item'),
} as const;

/** A whole number where the schema says `number` is one. */
export function formOf(value: Json, schema: PropertySchema): Form {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  if (typeof value === 'number') {
    return Number.isInteger(value) && schema.type !== 'number' ? 'integer' : 'number';
  }
  return typeof value === 'string' ? 'string' : 'boolean';
}

/** What an untrained model writes: the schema's type. */
const TYPED = 4;

export function listForms(candidates: CandidateSet, slot: SlotCard, model: Model): void {
  candidates.clear();
  for (const form of FORMS) {
    const hash = hashText(form);
    candidates.add(model.symbols.intern(form), form === (slot.schema.type ?? 'string') ? TYPED : 0);
    candidates.feature(mix3(SALT.form, hash, slot.typeHash));
    candidates.feature(mix3(SALT.form, hash, slot.hash));
    candidates.feature(mix3(SALT.form, hash, slot.fullHash));
  }
}

export const TRUTHS = ['True', 'False'] as const;

export function listTruths(
  candidates: CandidateSet,
  prompt: EncodedPrompt,
  slot: SlotCard,
  model: Model,
): void {
  candidates.clear();
  for (const truth of TRUTHS) {
    const hash = mix(SALT.truth, hashText(truth));
    candidates.add(model.symbols.intern(truth));
    candidates.feature(hash);
    candidates.feature(mix(hash, slot.hash));
    candidates.feature(mix(hash, slot.fullHash));
    for (const word of prompt.userWords) candidates.feature(mix3(hash, slot.hash, word));
    for (const word of prompt.bag) candidates.feature(mix3(hash, slot.fullHash, word));
  }
}

export const MORE = '<more>';

/** Whether a list of `length` items so far goes on; `following` are hashes of what stands after the latest copy. */
export function listItemChoice(
  candidates: CandidateSet,
  slot: SlotCard,
  list: { length: number; following: readonly number[] },
  model: Model,
): void {
  candidates.clear();
  candidates.closing = model.end;
  const length = Math.min(list.length, 6);
  for (const outcome of [model.end, model.symbols.intern(MORE)]) {
    const hash = mix(SALT.item, outcome === model.end ? 0 : 1);
    candidates.add(outcome);
    candidates.feature(mix(hash, length));
    candidates.feature(mix3(hash, slot.hash, length));
    for (const after of list.following) {
      candidates.feature(mix3(hash, after, Math.min(length, 1)));
      candidates.feature(mix3(hash, slot.hash, after));
    }
  }
}
