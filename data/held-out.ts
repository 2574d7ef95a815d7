import type { Example, Gold, Prompt } from '../contract/dialogue.ts';
import { type DataSeeds, type Rendering, renderExamples } from './conditions.ts';
import { type DataFile, toDataFile } from './data-file.ts';
import { assertSplit } from './split.ts';
import type { Suite } from './suite.ts';

export interface HeldOutRequest extends Rendering {
  seeds: DataSeeds;
  domain: string;
  /** `evaluate.limit`: the first examples only. */
  limit: number | undefined;
}

export interface HeldOutFiles {
  /** JSONL of `Prompt`s, without targets. */
  prompts: DataFile;
  /** JSONL of `Gold`s, in the order of the prompts. */
  gold: DataFile;
}

/** The held-out side of one domain as rendered for evaluation. */
export function renderHeldOut(suite: Suite, request: HeldOutRequest): HeldOutFiles {
  assertSplit(suite, request.seeds.data);
  const { examples, unshuffled } = renderHeldOutExamples(suite, request);
  return {
    prompts: { ...toDataFile(examples.map(promptOf)), unshuffled },
    gold: toDataFile(examples.map(goldOf)),
  };
}

function renderHeldOutExamples(
  suite: Suite,
  { condition, custom, seeds, domain, limit }: HeldOutRequest,
): ReturnType<typeof renderExamples> {
  const { heldOut } = suite.examples(domain, seeds.data);
  const rendered = renderExamples(heldOut, { condition, custom }, { side: 'eval', seeds, domain });
  return { ...rendered, examples: rendered.examples.slice(0, limit) };
}

function promptOf({ id, dialogue, messages, tools }: Example): Prompt {
  return { id, dialogue, messages, tools };
}

function goldOf({ id, dialogue, target, completion }: Example): Gold {
  return { id, dialogue, target, ...(completion !== undefined && { completion }) };
}
