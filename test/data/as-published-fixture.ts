import { shuffleAsPython } from '../../contract/python-random.ts';
import { PAPER_COUNTS } from '../../data/api-bank/as-published.ts';
import { PAPER_BLOCKS } from '../../data/api-bank/paper-blocks.ts';
import { HUB_FILES } from '../../data/api-bank/training.ts';
import type { SuiteSource } from '../../data/suite.ts';

/** An entry of the hub's training files. */
export interface Entry {
  instruction: string;
  input: string;
  output: string;
}

const total = (block: number): number =>
  (PAPER_COUNTS.train[block] ?? 0) + (PAPER_COUNTS.heldOut[block] ?? 0);

/** As many entries a block as the paper has, of its families, and as many readable calls on the held-out side. */
export function generateEntries(): Entry[] {
  const blocks = [...PAPER_BLOCKS.values()];
  const shuffled = shuffleAsPython(
    blocks.map((_, block) => Array.from({ length: total(block) }, (_entry, index) => index)),
    42,
  );
  return blocks.flatMap((families, block) => {
    const heldOut = (shuffled[block] ?? []).slice(PAPER_COUNTS.train[block]);
    const unreadable = new Set(heldOut.slice(PAPER_COUNTS.scored[block]));
    return Array.from({ length: total(block) }, (_, index) => {
      const family = families[index % families.length];
      const input = `User: Number ${block}.${index}.\nAPI-Request: [${family}(a='1')]->one\nGenerate API Request:\n`;
      const output = unreadable.has(index) ? 'AI: What for?' : `API-Request: [${family}(a='2')]`;
      return { instruction: 'Do it.', input, output };
    });
  });
}

/** The three files of the hub's data set, with these entries. */
export function hubFiles(entries: readonly Entry[]): SuiteSource[] {
  const third = Math.ceil(entries.length / 3);
  return HUB_FILES.map((name, index) => {
    const part = entries.slice(index * third, (index + 1) * third);
    return { name, bytes: new TextEncoder().encode(JSON.stringify(part)) };
  });
}
