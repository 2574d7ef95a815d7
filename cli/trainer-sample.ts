import type { SampleData } from '../compute/conformance/lab.ts';
import { renderTools, toDataFile } from '../data/data-file.ts';
import { openBuiltin } from '../data/builtin.ts';
import { BUILTIN_PRESETS } from '../spec/builtin-presets.ts';

const SEED = 1;
/** One is taught; both are predicted. */
const DOMAINS = ['travel', 'library'] as const;

/** Some dialogues of the built-in suite, always the same. */
export function makeSample(dialogues: number): SampleData {
  const suite = openBuiltin({
    kind: 'builtin',
    ...BUILTIN_PRESETS.quick,
    dialoguesPerDomain: { train: dialogues, heldOut: 2 },
  });
  const heldOut = DOMAINS.map((name) => ({
    name,
    prompts: suite.examples(name, SEED).heldOut.map(({ target: _target, ...prompt }) => prompt),
    gold: suite
      .examples(name, SEED)
      .heldOut.map(({ id, dialogue, target }) => ({ id, dialogue, target })),
  }));
  return {
    tools: renderTools(suite),
    train: toDataFile(suite.examples(DOMAINS[0], SEED).train).bytes,
    prompts: heldOut.map(({ name, prompts, gold }) => ({
      name,
      ids: prompts.map(({ id }) => id),
      bytes: toDataFile(prompts).bytes,
      targets: toDataFile(gold).bytes,
    })),
  };
}
