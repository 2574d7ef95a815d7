/** A prompt ready for decisions: what they need of it is computed once, not in every epoch. */

import type { Prompt, ToolTable } from '../contract/dialogue.ts';
import { type CopyFeatures, readCopyFeatures } from './copy-features.ts';
import { hashText, mix } from './hashing.ts';
import { type RenderedPrompt, renderPrompt } from './prompt.ts';
import { latestOf, readSource, type Source, type SourceSegment } from './source.ts';
import type { Symbols } from './symbols.ts';
import { readToolCard, type ToolCard } from './tool-card.ts';

export interface EncodedPrompt {
  tools: ToolCard[];
  source: Source;
  copyFeatures: CopyFeatures;
  /** Hashes of words with where they stand: the latest user's or assistant's message, earlier, a result. */
  bag: number[];
  /** Hashes of the words of the latest messages of user and assistant. */
  userWords: number[];
  assistantWords: number[];
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
    bag: fillBag(source, user, assistant),
    userWords: hashWords(user),
    assistantWords: hashWords(assistant),
    called: source.segments
      .filter((segment) => segment.role === 'call')
      .flatMap((segment) => segment.tools.map(hashText)),
    resultKeys: findResultKeys(source),
  };
}

/** Renders and encodes in one go. */
export function readPrompt(
  prompt: Prompt,
  tools: ToolTable,
  maxTokens: number,
  symbols: Symbols,
): EncodedPrompt {
  return encodePrompt(renderPrompt(prompt, tools, maxTokens), symbols);
}

function hashWords(segment: SourceSegment | undefined): number[] {
  return [...new Set(segment?.words ?? [])].map(hashText);
}

function fillBag(
  source: Source,
  user: SourceSegment | undefined,
  assistant: SourceSegment | undefined,
): number[] {
  const bag = new Set<number>();
  for (const segment of source.segments) {
    if (segment.role === 'system' || segment.role === 'result') continue;
    const isLatest = segment === user || segment === assistant;
    const place = mix(segment.roleHash, isLatest ? 1 : 0);
    for (const word of segment.words) bag.add(mix(place, hashText(word)));
  }
  return [...bag];
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
