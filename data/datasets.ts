import { utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '../contract/digest.ts';
import type { Example, Gold, Prompt } from '../contract/dialogue.ts';
import { type Rendering, renderExample } from './conditions.ts';
import { assertSplit } from './split.ts';
import type { Suite } from './suite.ts';
import { countTraces, type TraceCount } from './trace-count.ts';

/** What a lineage needs of one domain: the files of the trainer protocol, byte for byte the same every time. */
export interface Dataset {
  /** JSONL of `Example`s: the training side of the split. */
  train: Uint8Array;
  /** JSONL of `Prompt`s: the held-out side, without targets. */
  prompts: Uint8Array;
  /** JSONL of `Gold`s, in the order of the prompts. */
  gold: Uint8Array;
  counts: { train: SideCounts; heldOut: SideCounts };
}

/** Examples by whether their prompt holds an earlier call as rendered, and their dialogues. */
export interface SideCounts {
  examples: TraceCount;
  dialogues: number;
}

export interface DatasetRequest {
  seed: number;
  rendering: Rendering;
  domain: string;
}

/** Renders one domain for one seed and condition. Throws when the seed's split leaks. */
export function renderDataset(suite: Suite, request: DatasetRequest): Dataset {
  assertSplit(suite, request.seed);
  const split = suite.examples(request.domain, request.seed);
  const render = (example: Example): Example => {
    if (example.target.length === 0) throw new Error(`example '${example.id}' has no target`);
    return renderExample(example, request.rendering);
  };
  const train = split.train.map(render);
  const heldOut = split.heldOut.map(render);
  return {
    train: toJsonLines(train),
    prompts: toJsonLines(heldOut.map(promptOf)),
    gold: toJsonLines(heldOut.map(goldOf)),
    counts: { train: countSide(train), heldOut: countSide(heldOut) },
  };
}

/** The tools file of a suite: what its datasets' tool names refer to. */
export function renderTools(suite: Suite): Uint8Array {
  return utf8ToBytes(`${canonicalJson(suite.tools)}\n`);
}

function promptOf({ id, dialogue, messages, tools }: Example): Prompt {
  return { id, dialogue, messages, tools };
}

function goldOf({ id, dialogue, target }: Example): Gold {
  return { id, dialogue, target };
}

function countSide(examples: readonly Example[]): SideCounts {
  const dialogues = new Set(examples.map((example) => example.dialogue));
  return { examples: countTraces(examples), dialogues: dialogues.size };
}

/** One canonical JSON object a line, each line ended. */
function toJsonLines(items: readonly unknown[]): Uint8Array {
  return utf8ToBytes(items.map((item) => `${canonicalJson(item)}\n`).join(''));
}
