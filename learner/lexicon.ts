/** Texts by name, each once, in the order in which they came. */
export type WordLists = Map<string, Set<string>>;

/** What can be generated without standing in the prompt: learned from targets, part of the weights. */
export interface Lexicon {
  /** By argument: tokens of its values. */
  tokens: WordLists;
  /** By tool: arguments that were given though its schema does not list them. */
  unlisted: WordLists;
}

export function emptyLexicon(): Lexicon {
  return { tokens: new Map(), unlisted: new Map() };
}

/** Always at hand, so that dates, times and amounts can be written for an argument never seen. */
export const BASE_TOKENS: readonly string[] = [...'0123456789-:/.', ' 0', ' 1', ' 2'];

export function addTo(lists: WordLists, name: string, text: string): void {
  const list = lists.get(name);
  if (list) list.add(text);
  else lists.set(name, new Set([text]));
}
