/** A prompt ready for decisions: what they need of it is computed once, not in every epoch. */

import { type CopyFeatures, readCopyFeatures } from './copy-features.ts';
import { hashText, mix, mix3 } from './hashing.ts';
import type { RenderedPrompt } from './prompt.ts';
import { latestOf, readSource, type Source, type SourceSegment } from './source.ts';
import type { Symbols } from './symbols.ts';
import { readToolCard, type ToolCard } from './tool-card.ts';
import { stemOf } from './tokens.ts';

export interface EncodedPrompt {
  tools: ToolCard[];
  source: Source;
  copyFeatures: CopyFeatures;
  /** Hashes of stems with where they stand. */
  bag: number[];
  /** Hashes of the stems of the latest messages of user and assistant. */
  userWords: number[];
  assistantWords: number[];
  /** Of all the user's messages since the latest call. */
  request: number[];
  /** Hashes of the tools called so far, oldest first. */
  called: number[];
  /** Hashes of the keys of earlier results. */
  resultKeys: Set<number>;
}

export function encodePrompt(rendered: RenderedPrompt, symbols: Symbols): EncodedPrompt {
  const source = readSource(rendered.segments, symbols);
  const user = latestOf(source, 'user');
  const assistant = latestOf(source, 'assistant');
  return {
    tools: rendered.tools.map(readToolCard),
    source,
    copyFeatures: readCopyFeatures(source),
    bag: fillBag(source),
    userWords: hashStems(user),
    assistantWords: hashStems(assistant),
    request: findRequest(source),
    called: source.segments
      .filter((segment) => segment.role === 'call')
      .flatMap((segment) => segment.tools.map(hashText)),
    resultKeys: findResultKeys(source),
  };
}

function hashStems(segment: SourceSegment | undefined): number[] {
  return [...new Set(segment?.words ?? [])].map((word) => hashText(stemOf(word)));
}

/** Every word with who said it, how many of the speaker's messages ago, and whether a call was made since. */
function fillBag(source: Source): number[] {
  const bag = new Set<number>();
  const messages = new Map<string, number>();
  let callsSince = 0;
  for (const segment of source.segments.toReversed()) {
    if (segment.role === 'call') callsSince = 1;
    if (segment.role !== 'user' && segment.role !== 'assistant') continue;
    const age = messages.get(segment.role) ?? 0;
    messages.set(segment.role, age + 1);
    const place = mix3(segment.roleHash, Math.min(age, 2), callsSince);
    for (const word of segment.words) bag.add(mix(place, hashText(stemOf(word))));
  }
  return [...bag];
}

/** What was asked for since the latest call: the stems of the user's words. */
function findRequest(source: Source): number[] {
  const latestCall = latestOf(source, 'call')?.start ?? -1;
  const words = source.segments
    .filter((segment) => segment.role === 'user' && segment.start > latestCall)
    .flatMap((segment) => segment.words);
  return [...new Set(words)].map((word) => hashText(stemOf(word)));
}

function findResultKeys(source: Source): Set<number> {
  const found = new Set<number>();
  for (const segment of source.segments) {
    if (segment.role !== 'result') continue;
    for (let position = segment.start; position < segment.end; position++) {
      const key = source.keys[source.key[position] as number];
      if (key !== undefined) found.add(hashText(key));
    }
  }
  return found;
}
