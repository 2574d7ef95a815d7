/** Which tool to call next, or whether the calls of this turn are complete. */

import type { CandidateSet } from './candidates.ts';
import type { EncodedPrompt } from './encode.ts';
import { hashText, mix, mix3 } from './hashing.ts';
import type { Model } from './model.ts';
import type { ToolCard } from './tool-card.ts';

const SALT = {
  name: hashText('tool:name'),
  bag: hashText('tool:bag'),
  nameWord: hashText('tool:name-word'),
  nameMatch: hashText('tool:name-match'),
  otherMatch: hashText('tool:other-match'),
  called: hashText('tool:called'),
  latest: hashText('tool:latest'),
  place: hashText('tool:place'),
  needs: hashText('tool:needs'),
  again: hashText('tool:again'),
  end: hashText('tool:end'),
} as const;

/** `made` holds the hashes of the tools called in this turn so far; the first call has to be made. */
export function listTools(
  candidates: CandidateSet,
  prompt: EncodedPrompt,
  made: readonly number[],
  model: Model,
): void {
  candidates.clear();
  if (made.length > 0) {
    // An untrained model stops after one call.
    candidates.add(model.end, 1);
    candidates.closing = model.end;
    addEndFeatures(candidates, prompt, made);
  }
  for (const [place, tool] of prompt.tools.entries()) {
    candidates.add(model.symbols.intern(tool.name));
    addToolFeatures(candidates, prompt, tool, place);
    addCallFeatures(candidates, prompt, tool, made);
  }
}

function addEndFeatures(
  candidates: CandidateSet,
  prompt: EncodedPrompt,
  made: readonly number[],
): void {
  const count = Math.min(made.length, 4);
  candidates.feature(mix(SALT.end, count));
  candidates.feature(mix3(SALT.end, count, made.at(-1) ?? 0));
  for (const word of prompt.userWords) candidates.feature(mix3(SALT.end, count, word));
}

function addToolFeatures(
  candidates: CandidateSet,
  prompt: EncodedPrompt,
  tool: ToolCard,
  place: number,
): void {
  candidates.feature(mix(SALT.name, tool.hash));
  candidates.feature(mix(SALT.place, Math.min(place, 8)));
  for (const word of prompt.bag) candidates.feature(mix3(SALT.bag, tool.hash, word));
  const latest = [prompt.request, prompt.userWords, prompt.assistantWords];
  for (const [speaker, words] of latest.entries()) {
    const spoken = mix(SALT.nameWord, speaker);
    for (const nameWord of tool.nameWords) {
      for (const word of words) candidates.feature(mix3(spoken, nameWord, word));
    }
    candidates.feature(mix3(SALT.nameMatch, speaker, countShared(tool.nameWords, words)));
    candidates.feature(
      mix3(SALT.otherMatch, speaker, Math.min(countShared(tool.otherWords, words), 4)),
    );
  }
}

function addCallFeatures(
  candidates: CandidateSet,
  prompt: EncodedPrompt,
  tool: ToolCard,
  made: readonly number[],
): void {
  const times = Math.min(prompt.called.filter((called) => called === tool.hash).length, 2);
  const latest = prompt.called.at(-1) ?? 0;
  candidates.feature(mix(SALT.called, times));
  candidates.feature(mix3(SALT.called, times, tool.hash));
  candidates.feature(mix(SALT.latest, latest === tool.hash ? 1 : 0));
  candidates.feature(mix3(SALT.latest, latest, tool.hash));
  for (const slot of tool.slots) {
    const isProvided = prompt.resultKeys.has(slot.hash) ? 1 : 0;
    candidates.feature(mix3(SALT.needs, slot.hash, isProvided));
  }
  if (made.length === 0) return;
  const before = made.at(-1) ?? 0;
  candidates.feature(mix(SALT.again, before === tool.hash ? 1 : 0));
  candidates.feature(mix3(SALT.again, before, tool.hash));
}

function countShared(some: readonly number[], others: readonly number[]): number {
  return some.filter((word) => others.includes(word)).length;
}
