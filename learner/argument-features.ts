/** Which argument (or key of an object) to give next, or whether all are given; in the schema's order. */

import type { CandidateSet } from './candidates.ts';
import type { EncodedPrompt } from './encode.ts';
import { hashText, mix, mix3 } from './hashing.ts';
import type { Model } from './model.ts';
import type { SlotCard } from './tool-card.ts';

const SALT = {
  name: hashText('argument:name'),
  full: hashText('argument:full'),
  before: hashText('argument:before'),
  next: hashText('argument:next'),
  user: hashText('argument:user'),
  assistant: hashText('argument:assistant'),
  spoken: hashText('argument:spoken'),
  end: hashText('argument:end'),
} as const;

export interface ArgumentChoice {
  /** Hash of the tool. */
  owner: number;
  /** Slots that may still come: those after the latest one. */
  open: readonly SlotCard[];
  /** Hash of the latest argument, 0 before the first. */
  before: number;
}

export function listArguments(
  candidates: CandidateSet,
  prompt: EncodedPrompt,
  choice: ArgumentChoice,
  model: Model,
): void {
  const { owner, open, before } = choice;
  candidates.clear();
  candidates.closing = model.end;
  candidates.add(model.end);
  const missing = Math.min(open.filter((slot) => slot.required).length, 3);
  candidates.feature(mix(SALT.end, missing));
  candidates.feature(mix3(SALT.end, owner, before));
  candidates.feature(mix3(SALT.end, before, 1));
  for (const [distance, slot] of open.entries()) {
    // An untrained model gives what the schema requires.
    candidates.add(model.symbols.intern(slot.name), slot.required ? 1 : -1);
    addSlotFeatures(candidates, prompt, slot, distance, before);
  }
}

function addSlotFeatures(
  candidates: CandidateSet,
  prompt: EncodedPrompt,
  slot: SlotCard,
  distance: number,
  before: number,
): void {
  const required = slot.required ? 1 : 0;
  candidates.feature(mix(SALT.name, slot.hash));
  candidates.feature(mix(SALT.full, slot.fullHash));
  candidates.feature(mix3(SALT.before, before, slot.hash));
  candidates.feature(mix3(SALT.before, before, slot.fullHash));
  candidates.feature(mix3(SALT.next, Math.min(distance, 2), required));
  for (const word of prompt.userWords) candidates.feature(mix3(SALT.user, slot.fullHash, word));
  for (const word of prompt.assistantWords) {
    candidates.feature(mix3(SALT.assistant, slot.fullHash, word));
  }
  const isSpoken = slot.stems.some((stem) => prompt.userWords.includes(stem)) ? 1 : 0;
  candidates.feature(mix3(SALT.spoken, isSpoken, required));
}
