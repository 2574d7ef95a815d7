/** The next token of a string or number: generated from the lexicon, copied, or the end. */

import type { CandidateSet } from './candidates.ts';
import { listBeginnings, listContinuations } from './copy-candidates.ts';
import { hashText, mix, mix3 } from './hashing.ts';
import { BASE_TOKENS } from './lexicon.ts';
import type { Model } from './model.ts';
import { isNumber, isPartOfNumber } from './numbers.ts';
import { lowerAt, segmentAt, type Source, type SourceSegment } from './source.ts';
import { LONG_VALUE, type ValueState, type WritingContext } from './value-state.ts';

const SALT = {
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
  user: hashText('write:user'),
  after: hashText('write:after'),
  afterTwo: hashText('write:after-two'),
  afterArgument: hashText('write:after-argument'),
  edge: hashText('write:edge'),
  opening: hashText('write:opening'),
} as const;

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
  const length = Math.min(state.written.length, LONG_VALUE);
  const latest = hashOf(1);
  const shapes = tailShapes(state, model);
  const features = [
    SALT.bias,
    mix(SALT.argument, slot.hash),
    mix(SALT.latest, latest),
    mix3(SALT.argumentLatest, slot.hash, latest),
    mix3(SALT.latestTwo, slot.hash, mix(hashOf(2), latest)),
    mix3(SALT.latestThree, slot.hash, mix3(hashOf(3), hashOf(2), latest)),
    mix3(SALT.latestFour, slot.hash, mix(mix3(hashOf(4), hashOf(3), hashOf(2)), latest)),
    mix3(SALT.length, slot.hash, length),
    mix3(SALT.lengthLatest, slot.hash, mix(length, latest)),
    mix3(SALT.shapes, slot.hash, shapes),
    mix3(SALT.full, slot.fullHash, Math.min(length, 1)),
    mix3(SALT.type, slot.typeHash, Math.min(length, 1)),
  ];
  if (slot.formatHash !== 0) {
    features.push(
      mix3(SALT.format, slot.formatHash, shapes),
      mix3(SALT.format, slot.formatHash, mix(length, latest)),
    );
  }
  if (length < 7) features.push(mix3(SALT.prefix, slot.hash, hashText(state.text)));
  if (length === 0) {
    for (const word of prompt.userWords) features.push(mix3(SALT.user, slot.hash, word));
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
    features.push(mix3(SALT.after, 1, hash));
    return;
  }
  const following = new Set<number>();
  for (const position of state.aligned) {
    const segment = segmentAt(source, position);
    const next = lowerAt(source, position + 1, segment);
    following.add(mix(SALT.after, next));
    following.add(mix3(SALT.afterTwo, next, lowerAt(source, position + 2, segment)));
    following.add(mix3(SALT.afterArgument, next, hash));
    const edge = edgeAfter(source, position, segment);
    following.add(mix(SALT.edge, edge));
    following.add(mix3(SALT.edge, edge, hash));
    const start = position - state.written.length + 1;
    const opening = start < segment.start ? 0 : lowerAt(source, start - 1, segment);
    following.add(mix3(SALT.opening, opening, next));
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
