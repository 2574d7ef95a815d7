import type { JsonlExample } from './lines.ts';

/**
 * Lines without an id that hold the same call after the same prompt are one dialogue, written again as it grew: apart they
 * would leak. It is named after the first of them. Lines with ids are what they say.
 */
export function joinDialogues(examples: readonly JsonlExample[]): JsonlExample[] {
  const joined = new Map<string, string>();
  const find = (dialogue: string): string => {
    let name = dialogue;
    for (let next = joined.get(name); next !== undefined; next = joined.get(name)) name = next;
    return name;
  };
  const first = new Map<string, string>();
  for (const { content, example, isNamed } of examples) {
    if (isNamed) continue;
    const [earlier, own] = [find(first.get(content) ?? example.dialogue), find(example.dialogue)];
    first.set(content, earlier);
    if (earlier !== own) joined.set(own, earlier);
  }
  return examples.map((item) => {
    const { example } = item;
    return { ...item, example: { ...example, dialogue: find(example.dialogue) } };
  });
}
