/** The strict parser of arXiv 2605.09734, with its limits: double-quoted, bare, list and nested values are not seen. */

export interface PaperCall {
  /** Lower-case. */
  name: string;
  /** `name=value`, stripped and lower-cased. */
  parameters: Set<string>;
}

const START = /\[\s*([A-Za-z_][\w.-]*)\s*\(/g;
const END = /\)\s*\]/g;
const PARAMETER = /(?<!\w)(\w+)\s*=\s*'([^']*)'/g;

/** The first `[Name(...)]` of a text, or undefined. Linear time: without an end after the first start there is none later. */
export function readPaperCall(text: string): PaperCall | undefined {
  START.lastIndex = 0;
  const start = START.exec(text);
  if (!start) return undefined;
  END.lastIndex = START.lastIndex;
  const end = END.exec(text);
  if (!end) return undefined;
  const body = text.slice(START.lastIndex, end.index);
  const parameters = [...body.matchAll(PARAMETER)].map(([, name = '', value = '']) =>
    JSON.stringify([name.trim().toLowerCase(), value.trim().toLowerCase()]),
  );
  return { name: (start[1] ?? '').toLowerCase(), parameters: new Set(parameters) };
}

export function isSamePaperCall(gold: PaperCall, predicted: PaperCall): boolean {
  return gold.name === predicted.name && isSameSet(gold.parameters, predicted.parameters);
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}
