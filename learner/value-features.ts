/** The next token of a string or number: generated from the lexicon, copied, or the end. */

import type { CandidateSet } from './candidates.ts';
import { GENERAL } from './copy-features.ts';
import type { EncodedPrompt } from './encode.ts';
import { hashText, mix, mix3 } from './hashing.ts';
import { BASE_TOKENS } from './lexicon.ts';
import type { Model } from './model.ts';
import { isPartOfNumber, isNumber } from './numbers.ts';
import { lowerAt, segmentAt, shapeAt, type Source, type SourceSegment } from './source.ts';
import type { ValueState } from './value-state.ts';

const T = {
  bias: hashText('write:bias'),
  argument: hashText('write:argument'),
  full: hashText('write:full'),
  latest: hashText('write:latest'),
  argumentLatest: hashText('write:argument-latest'),
  latestTwo: hashText('write:latest-two'),
  latestThree: hashText('write:latest-three'),
  latestFour: hashText('write:latest-four'),
  length: hashText('write:length'),
  lengthLatest: hashText('write:length-latest'),
  shapes: hashText('write:shapes'),
  format: hashText('write:format'),
  prefix: hashText('write:prefix'),
  type: hashText('write:type'),
  after: hashText('write:after'),
  afterTwo: hashText('write:after-two'),
  afterArgument: hashText('write:after-argument'),
  user: hashText('write:user'),
  copy: hashText('copy'),
  copyGeneral: hashText('copy:general'),
  copyType: hashText('copy:type'),
  match: hashText('copy:match'),
  keyMatch: hashText('copy:key-match'),
  used: hashText('copy:used'),
  goOn: hashText('go-on'),
  jump: hashText('jump'),
  restated: hashText('restated'),
  edge: hashText('write:edge'),
  opening: hashText('write:opening'),
} as const;

/** Copies begin at a disadvantage: there are hundreds of them. */
const COPY_OFFSET = -1;

/** What the decision needs besides the value itself. */
export interface WritingContext {
  prompt: EncodedPrompt;
  model: Model;
  /** Positions that earlier values of this turn were copied from. */
  used: ReadonlySet<number>;
  kind: 'string' | 'integer' | 'number';
}

export function listTokens(
  candidates: CandidateSet,
  state: ValueState,
  context: WritingContext,
): void {
  candidates.clear();
  candidates.closing = context.model.end;
  listGenerated(candidates, state, context);
  if (state.written.length === 0) listBeginnings(candidates, state, context);
  else listContinuations(candidates, state, context);
}

function listGenerated(candidates: CandidateSet, state: ValueState, context: WritingContext): void {
  const { model, kind } = context;
  const features = writingFeatures(state, context);
  const add = (symbol: number): void => {
    const hash = model.symbols.hash(symbol);
    candidates.add(symbol);
    for (const feature of features) candidates.feature(mix(feature, hash));
  };
  if (kind === 'string' || isNumber(state.text)) add(model.end);
  const learned = model.lexicon.tokens.get(state.slot.name) ?? new Set<string>();
  for (const token of learned) {
    if (isAllowed(token, state, kind)) add(model.symbols.intern(token));
  }
  for (const token of BASE_TOKENS) {
    if (!learned.has(token) && isAllowed(token, state, kind)) add(model.symbols.intern(token));
  }
}

function isAllowed(token: string, state: ValueState, kind: WritingContext['kind']): boolean {
  return kind === 'string' || isPartOfNumber(state.text + token, kind);
}

/** Hashes to be crossed with every token that could be written. */
function writingFeatures(state: ValueState, { prompt, model }: WritingContext): number[] {
  const { slot } = state;
  const { symbols } = model;
  const hashOf = (back: number): number => {
    const symbol = state.latest(back);
    return symbol < 0 ? 0 : symbols.hash(symbol);
  };
  const length = Math.min(state.written.length, 24);
  const latest = hashOf(1);
  const shapes = tailShapes(state, model);
  const features = [
    T.bias,
    mix(T.argument, slot.hash),
    mix(T.latest, latest),
    mix3(T.argumentLatest, slot.hash, latest),
    mix3(T.latestTwo, slot.hash, mix(hashOf(2), latest)),
    mix3(T.latestThree, slot.hash, mix3(hashOf(3), hashOf(2), latest)),
    mix3(T.latestFour, slot.hash, mix(mix3(hashOf(4), hashOf(3), hashOf(2)), latest)),
    mix3(T.length, slot.hash, length),
    mix3(T.lengthLatest, slot.hash, mix(length, latest)),
    mix3(T.shapes, slot.hash, shapes),
    mix3(T.full, slot.fullHash, Math.min(length, 1)),
    mix3(T.type, slot.typeHash, Math.min(length, 1)),
  ];
  if (slot.formatHash !== 0) {
    features.push(
      mix3(T.format, slot.formatHash, shapes),
      mix3(T.format, slot.formatHash, mix(length, latest)),
    );
  }
  if (length < 7) features.push(mix3(T.prefix, slot.hash, hashText(state.text)));
  if (length === 0) {
    for (const word of prompt.userWords) features.push(mix3(T.user, slot.hash, word));
  }
  addFollowing(features, state, prompt.source);
  return features;
}

/** The shapes of the last six tokens, as one hash; spaces count. */
function tailShapes(state: ValueState, model: Model): number {
  let hash = 0;
  for (let back = Math.min(6, state.written.length); back > 0; back--) {
    const entry = model.symbols.entry(state.latest(back));
    hash = mix3(hash, entry.shape, entry.bare === state.latest(back) ? 0 : 1);
  }
  return hash;
}

/** What stands after the places that the value was copied from: it says where to end. */
function addFollowing(features: number[], state: ValueState, source: Source): void {
  const { hash } = state.slot;
  if (state.aligned.length === 0) {
    features.push(mix3(T.after, 1, hash));
    return;
  }
  const following = new Set<number>();
  for (const position of state.aligned) {
    const segment = segmentAt(source, position);
    const next = lowerAt(source, position + 1, segment);
    following.add(mix(T.after, next));
    following.add(mix3(T.afterTwo, next, lowerAt(source, position + 2, segment)));
    following.add(mix3(T.afterArgument, next, hash));
    const edge = edgeAfter(source, position, segment);
    following.add(mix(T.edge, edge));
    following.add(mix3(T.edge, edge, hash));
    const start = position - state.written.length + 1;
    const opening = start < segment.start ? 0 : lowerAt(source, start - 1, segment);
    following.add(mix3(T.opening, opening, next));
  }
  features.push(...following);
}

/** 0 at the end of the segment, 1 before a space, 2 before a sign and a space or the end, 3 inside of something. */
function edgeAfter(source: Source, position: number, segment: SourceSegment): number {
  const isGlued = (place: number): boolean => {
    return (
      place < segment.end &&
      source.bare[place] === source.symbols[place] &&
      source.canStart[place] === 1
    );
  };
  if (position + 1 >= segment.end) return 0;
  if (!isGlued(position + 1)) return 1;
  return isGlued(position + 2) ? 3 : 2;
}

function listBeginnings(
  candidates: CandidateSet,
  state: ValueState,
  context: WritingContext,
): void {
  const { prompt, model, kind, used } = context;
  const { source, copyFeatures } = prompt;
  const { slot } = state;
  const argument = mix(T.copy, slot.hash);
  const keyMatches = source.keys.map((key) => matchKey(key, state));
  const wordMatches = matchWords(source, slot.words, slot.descriptionWords);
  for (let position = 0; position < source.length; position++) {
    if (source.canStart[position] === 0) continue;
    const symbol = source.bare[position] as number;
    if (kind !== 'string' && !isPartOfNumber(model.symbols.text(symbol), kind)) continue;
    candidates.add(symbol, COPY_OFFSET);
    const start = copyFeatures.starts[position] as number;
    const end = copyFeatures.starts[position + 1] as number;
    for (let at = start; at < end; at++) {
      const feature = copyFeatures.hashes[at] as number;
      candidates.feature(mix(argument, feature));
      if (at < start + GENERAL) candidates.feature(mix(T.copyGeneral, feature));
    }
    const shape = source.shape[position] as number;
    candidates.feature(mix3(T.copyType, slot.typeHash, shape));
    const matched = wordMatches[position] as number;
    candidates.feature(mix3(T.match, matched, slot.hash));
    candidates.feature(mix3(T.match, matched, segmentAt(source, position).roleHash));
    const key = source.key[position] as number;
    const keyMatch = key < 0 ? -1 : (keyMatches[key] ?? 0);
    const keyed = mix(keyMatch, source.keyStart[position] as number);
    candidates.feature(mix(T.keyMatch, keyed));
    candidates.feature(mix3(T.keyMatch, keyed, segmentAt(source, position).roleHash));
    if (segmentAt(source, position).role === 'restated') {
      const format = segmentAt(source, position).roleHash;
      candidates.feature(mix3(T.restated, format, slot.formatHash));
    }
    if (used.has(position)) candidates.feature(mix(T.used, slot.hash));
  }
}

/** 3 when a key is the argument's name, 2 when it ends with all its words, 1 when they share a word, else 0. */
function matchKey(key: string, state: ValueState): number {
  const name = state.slot.name.toLowerCase();
  if (key === name) return 3;
  if (key.endsWith(name) || name.endsWith(key)) return 2;
  const words = key.split('_').map(hashText);
  return state.slot.words.some((word) => words.includes(word)) ? 1 : 0;
}

/** At each position: how many words of the name, and whether one of the description, stand in the seven tokens before. */
function matchWords(
  source: Source,
  nameWords: readonly number[],
  descriptionWords: readonly number[],
): Int32Array {
  const matches = new Int32Array(source.length);
  for (const segment of source.segments) {
    let name = -1;
    let description = -1;
    for (let position = segment.start; position < segment.end; position++) {
      const isNear = (place: number): boolean => place >= 0 && position - place <= 7;
      matches[position] = (isNear(name) ? 2 : 0) + (isNear(description) ? 1 : 0);
      const word = source.lower[position] as number;
      if (nameWords.includes(word)) name = position;
      else if (descriptionWords.includes(word)) description = position;
    }
  }
  return matches;
}

function listContinuations(
  candidates: CandidateSet,
  state: ValueState,
  context: WritingContext,
): void {
  const { prompt, kind, model } = context;
  const { source } = prompt;
  const continuations = new Set(state.continuations());
  const place = mix3(T.jump, state.slot.hash, Math.min(state.written.length, 24));
  for (let position = 0; position < source.length; position++) {
    if (source.canStart[position] === 0 && !continuations.has(position)) continue;
    const symbol = source.symbols[position] as number;
    if (kind !== 'string' && !isPartOfNumber(state.text + model.symbols.text(symbol), kind))
      continue;
    candidates.add(symbol, COPY_OFFSET);
    if (continuations.has(position)) addGoingOn(candidates, state, source, position);
    else addJump(candidates, state, source, position, place);
  }
}

function addGoingOn(
  candidates: CandidateSet,
  state: ValueState,
  source: Source,
  position: number,
): void {
  const { slot } = state;
  const segment = segmentAt(source, position);
  const shape = source.shape[position] as number;
  const word = source.lower[position] as number;
  const before = lowerAt(source, position - 1, segment);
  candidates.feature(T.goOn);
  candidates.feature(mix(T.goOn, slot.hash));
  candidates.feature(mix3(T.goOn, 1, shape));
  candidates.feature(mix3(T.goOn, slot.hash, shape));
  candidates.feature(mix3(T.goOn, slot.hash, mix(before, word)));
  candidates.feature(
    mix3(
      T.goOn,
      mix(shapeAt(source, position - 1, segment), shape),
      shapeAt(source, position + 1, segment),
    ),
  );
  candidates.feature(mix3(T.goOn, slot.hash, word));
  candidates.feature(mix3(T.goOn, 2, word));
}

/** Going on elsewhere, e.g. from the date to the time of day. */
function addJump(
  candidates: CandidateSet,
  state: ValueState,
  source: Source,
  position: number,
  place: number,
): void {
  const segment = segmentAt(source, position);
  const shape = source.shape[position] as number;
  const before = lowerAt(source, position - 1, segment);
  const after = lowerAt(source, position + 1, segment);
  candidates.feature(place);
  candidates.feature(mix(place, shape));
  candidates.feature(mix3(place, shape, after));
  candidates.feature(mix3(T.jump, state.slot.hash, before));
  candidates.feature(mix3(place, 1, mix(shapeAt(source, position - 1, segment), shape)));
  if (segment.role !== 'restated') return;
  const origin = source.origin[position] as number;
  const around = segmentAt(source, origin);
  const restated = mix3(T.restated, state.slot.hash, segment.roleHash);
  candidates.feature(restated);
  candidates.feature(mix3(restated, 1, Math.min(around.age, 8)));
  candidates.feature(mix3(restated, 2, lowerAt(source, origin - 1, around)));
  candidates.feature(mix3(T.restated, segment.roleHash, mix(state.slot.formatHash, 1)));
  candidates.feature(mix3(T.restated, segment.roleHash, state.written.length));
}
