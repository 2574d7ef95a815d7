/** Copying the next token of a value from the prompt: beginning a copy, going on with it, jumping elsewhere. */

import type { CandidateSet } from './candidates.ts';
import { GENERAL, OLDEST, WINDOW } from './copy-features.ts';
import { hashText, mix, mix3 } from './hashing.ts';
import { isPartOfNumber } from './numbers.ts';
import { lowerAt, segmentAt, shapeAt, type Source } from './source.ts';
import type { SlotCard } from './tool-card.ts';
import { LONG_VALUE, type ValueState, type WritingContext } from './value-state.ts';

const SALT = {
  copy: hashText('copy'),
  general: hashText('copy:general'),
  type: hashText('copy:type'),
  near: hashText('copy:near'),
  key: hashText('copy:key'),
  used: hashText('copy:used'),
  goOn: hashText('go-on'),
  jump: hashText('jump'),
  restated: hashText('restated'),
} as const;

/** Copies are at a disadvantage: there are hundreds of them. */
const COPY_OFFSET = -1;

/** Every position where the value may begin. */
export function listBeginnings(
  candidates: CandidateSet,
  state: ValueState,
  context: WritingContext,
): void {
  const { prompt, model, kind, used } = context;
  const { source } = prompt;
  const { slot } = state;
  const keyMatches = source.keys.map((key) => matchKey(key, slot));
  const nearMatches = matchNearWords(source, slot);
  for (let position = 0; position < source.length; position++) {
    if (source.canStart[position] === 0) continue;
    const symbol = source.bare[position] as number;
    if (kind !== 'string' && !isPartOfNumber(model.symbols.text(symbol), kind)) continue;
    const segment = segmentAt(source, position);
    const role = segment.roleHash;
    candidates.add(symbol, COPY_OFFSET);
    addCopyFeatures(candidates, context, slot, position);
    candidates.feature(mix3(SALT.type, slot.typeHash, source.shape[position] as number));
    const near = nearMatches[source.origin[position] as number] as number;
    candidates.feature(mix3(SALT.near, near, slot.hash));
    candidates.feature(mix3(SALT.near, near, role));
    const key = source.key[position] as number;
    const keyMatch = key < 0 ? -1 : (keyMatches[key] ?? 0);
    const keyed = mix(keyMatch, source.keyStart[position] as number);
    candidates.feature(mix(SALT.key, keyed));
    candidates.feature(mix3(SALT.key, keyed, role));
    if (segment.role === 'restated') candidates.feature(mix3(SALT.restated, role, slot.formatHash));
    if (used.has(position)) candidates.feature(mix(SALT.used, slot.hash));
  }
}

/** What the position is like, crossed with the argument; the general part also for all arguments alike. */
function addCopyFeatures(
  candidates: CandidateSet,
  context: WritingContext,
  slot: SlotCard,
  position: number,
): void {
  const { starts, hashes } = context.prompt.copyFeatures;
  const argument = mix(SALT.copy, slot.hash);
  const start = starts[position] as number;
  const end = starts[position + 1] as number;
  for (let at = start; at < end; at++) {
    const feature = hashes[at] as number;
    candidates.feature(mix(argument, feature));
    if (at < start + GENERAL) candidates.feature(mix(SALT.general, feature));
  }
}

/** 3 when a key is the argument's name, 2 when one ends with the other, 1 when they share a word, else 0. */
function matchKey(key: string, slot: SlotCard): number {
  const name = slot.name.toLowerCase();
  if (key === name) return 3;
  if (key.endsWith(name) || name.endsWith(key)) return 2;
  const words = key.split('_').map(hashText);
  return slot.words.some((word) => words.includes(word)) ? 1 : 0;
}

/** At each position: 2 when a word of the slot's name stands shortly before, and 1 for one of its description. */
function matchNearWords(source: Source, slot: SlotCard): Int32Array {
  const matches = new Int32Array(source.length);
  for (const segment of source.segments) {
    let nameEnds = segment.start;
    let descriptionEnds = segment.start;
    for (let position = segment.start; position < segment.end; position++) {
      matches[position] = (position < nameEnds ? 2 : 0) + (position < descriptionEnds ? 1 : 0);
      const word = source.lower[position] as number;
      if (slot.words.includes(word)) nameEnds = position + 1 + WINDOW;
      else if (slot.descriptionWords.includes(word)) descriptionEnds = position + 1 + WINDOW;
    }
  }
  return matches;
}

/** Every position that the value may go on with: after the copied run, or anywhere else. */
export function listContinuations(
  candidates: CandidateSet,
  state: ValueState,
  context: WritingContext,
): void {
  const { prompt, kind, model } = context;
  const { source } = prompt;
  const continuations = new Set(state.continuations());
  for (let position = 0; position < source.length; position++) {
    const goesOn = continuations.has(position);
    if (source.canStart[position] === 0 && !goesOn) continue;
    const symbol = source.symbols[position] as number;
    const text = state.text + model.symbols.text(symbol);
    if (kind !== 'string' && !isPartOfNumber(text, kind)) continue;
    candidates.add(symbol, COPY_OFFSET);
    if (goesOn) addGoingOn(candidates, state.slot, source, position);
    else addJump(candidates, state, source, position);
  }
}

function addGoingOn(
  candidates: CandidateSet,
  slot: SlotCard,
  source: Source,
  position: number,
): void {
  const segment = segmentAt(source, position);
  const shape = source.shape[position] as number;
  const word = source.lower[position] as number;
  const argument = mix(SALT.goOn, slot.hash);
  const shapeBefore = shapeAt(source, position - 1, segment);
  const shapeAfter = shapeAt(source, position + 1, segment);
  candidates.feature(SALT.goOn);
  candidates.feature(argument);
  candidates.feature(mix3(SALT.goOn, 1, shape));
  candidates.feature(mix3(SALT.goOn, 2, word));
  candidates.feature(mix3(SALT.goOn, 3, mix3(shapeBefore, shape, shapeAfter)));
  candidates.feature(mix3(argument, 1, shape));
  candidates.feature(mix3(argument, 2, word));
  candidates.feature(mix3(argument, 3, mix(lowerAt(source, position - 1, segment), word)));
}

/** Going on elsewhere, e.g. from the day to the time of day. */
function addJump(
  candidates: CandidateSet,
  state: ValueState,
  source: Source,
  position: number,
): void {
  const { slot, written } = state;
  const segment = segmentAt(source, position);
  const shape = source.shape[position] as number;
  const place = mix3(SALT.jump, slot.hash, Math.min(written.length, LONG_VALUE));
  candidates.feature(place);
  candidates.feature(mix3(place, 1, shape));
  candidates.feature(mix3(place, 2, mix(shape, lowerAt(source, position + 1, segment))));
  candidates.feature(mix3(place, 3, mix(shapeAt(source, position - 1, segment), shape)));
  candidates.feature(mix3(SALT.jump, slot.hash, lowerAt(source, position - 1, segment)));
  if (segment.role !== 'restated') return;
  const origin = source.origin[position] as number;
  const around = segmentAt(source, origin);
  const format = mix(SALT.jump, segment.roleHash);
  const argument = mix(format, slot.hash);
  candidates.feature(argument);
  candidates.feature(mix3(argument, 1, Math.min(around.age, OLDEST)));
  candidates.feature(mix3(argument, 2, lowerAt(source, origin - 1, around)));
  candidates.feature(mix3(format, 1, slot.formatHash));
  candidates.feature(mix3(format, 2, written.length));
}
