import type { LineCounter, Node } from 'yaml';
import { isMap, isScalar, isSeq } from 'yaml';
import { LIMITS } from './limits.ts';
import type { SpecProblem } from './problems.ts';
import { withoutControls } from './problems.ts';

export type FieldPath = readonly (string | number)[];

/** Something wrong at a path of the document, before it is given a file, a line and a column. */
export interface Finding {
  path: FieldPath;
  /** Point at the key rather than at its value. */
  atKey?: boolean;
  /** Where it is, when the path does not tell. */
  offset?: number;
  expected: string;
  found: string;
  suggestion?: string | undefined;
  help?: string | undefined;
}

/** The text that findings are about. */
export interface Source {
  file: string;
  text: string;
  lines: LineCounter;
  /** The document's root, where the text could be read as one. */
  root: Node | null | undefined;
}

/** In reading order, one for each place at most (the rest follows from the first), and no more than a person reads. */
export function toProblems(findings: readonly Finding[], source: Source): SpecProblem[] {
  const placed = findings
    .map((finding) => ({ finding, offset: finding.offset ?? offsetOf(finding, source.root) }))
    .toSorted((a, b) => a.offset - b.offset);
  const seen = new Set<string>();
  const distinct = placed.filter(({ finding, offset }) => {
    const place = JSON.stringify([offset, finding.path]);
    return !seen.has(place) && seen.add(place);
  });
  return distinct
    .slice(0, LIMITS.problems)
    .map(({ finding, offset }) => toProblem(finding, offset, source));
}

function toProblem(finding: Finding, offset: number, source: Source): SpecProblem {
  const { line, col: column } = source.lines.linePos(offset);
  return {
    file: source.file,
    line,
    column,
    field: fieldName(finding.path),
    expected: finding.expected,
    found: finding.found,
    ...(finding.suggestion !== undefined && { suggestion: finding.suggestion }),
    ...(finding.help !== undefined && { help: finding.help }),
    source: withoutControls(lineAt(source.text, offset - column + 1)),
  };
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
}

function fieldName(path: FieldPath): string {
  return path.reduce<string>((name, segment) => {
    if (typeof segment === 'number') return `${name}[${segment}]`;
    if (!/^[\w-]{1,64}$/.test(segment)) {
      return `${name}[${withoutControls(JSON.stringify(segment.slice(0, 64)))}]`;
    }
    return name === '' ? segment : `${name}.${segment}`;
  }, '');
}

/** Offset of the deepest part of a path that the document has: its value, or its key for `atKey` and empty values. */
function offsetOf(finding: Finding, root: Node | null | undefined): number {
  let node: unknown = root;
  let offset = 0;
  for (const [depth, segment] of finding.path.entries()) {
    const step = stepInto(node, segment);
    if (!step) break;
    const isTarget = depth === finding.path.length - 1;
    offset = isTarget && !finding.atKey ? (step.value ?? step.key) : step.key;
    node = step.node;
  }
  return offset;
}

interface Step {
  key: number;
  value?: number;
  node: unknown;
}

function stepInto(node: unknown, segment: string | number): Step | undefined {
  if (isSeq(node) && typeof segment === 'number') {
    const item = node.items[segment];
    const at = startOf(item);
    return at === undefined ? undefined : { key: at, value: at, node: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === segment);
  const key = startOf(pair?.key);
  if (!pair || key === undefined) return undefined;
  const value = isEmpty(pair.value) ? undefined : startOf(pair.value);
  return { key, ...(value !== undefined && { value }), node: pair.value };
}

/** Whether a field stands there without a value, which YAML reads as null. */
export function isLeftEmpty(path: FieldPath, root: Source['root']): boolean {
  let node: unknown = root;
  for (const segment of path) node = stepInto(node, segment)?.node;
  return isEmpty(node);
}

function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.value === null && (node.source ?? '') === '';
}

function startOf(node: unknown): number | undefined {
  return (node as Partial<Node> | undefined)?.range?.[0];
}
