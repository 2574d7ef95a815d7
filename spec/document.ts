import type { Document, Node, YAMLError, YAMLMap } from 'yaml';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { FieldPath, Finding } from './findings.ts';
import { LIMITS } from './limits.ts';
import { showValue } from './problems.ts';
import { findForbidden, TOO_DEEP } from './tokens.ts';

export interface ReadDocument {
  root?: Node | null | undefined;
  /** Absent when the text is not one document of plain values. */
  value?: unknown;
  lines: LineCounter;
  findings: Finding[];
}

/** Text to a plain value. The YAML of a spec is the part that JSON also has, and comments; see `tokens.ts`. */
export function readDocument(text: string): ReadDocument {
  const lines = countLines(text);
  const forbidden = findForbidden(text);
  if (forbidden.length > 0) return { lines, findings: forbidden };
  /** Keys are compared below: the parser's own check is quadratic. */
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) return { lines, findings: faults.map(describeFault) };
  return { lines, ...readNodes(document) };
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lines.addNewLine(at + 1);
  }
  return lines;
}

const FAULTS: Partial<Record<YAMLError['code'], Pick<Finding, 'expected' | 'found' | 'help'>>> = {
  MULTIPLE_DOCS: { expected: 'one document', found: 'another one', help: 'one sweep a file' },
  TAB_AS_INDENT: { expected: 'spaces', found: 'a tab', help: 'indent with spaces' },
  RESOURCE_EXHAUSTION: TOO_DEEP,
};

function describeFault(fault: YAMLError): Finding {
  const found = `a mistake: ${fault.message}`;
  const known = FAULTS[fault.code];
  return { path: [], offset: fault.pos[0], expected: 'valid YAML', found, ...known };
}

/** Finds duplicate keys, keys that are no words, and numbers that JSON has not; then takes the plain value. */
function readNodes(document: Document.Parsed): Omit<ReadDocument, 'lines'> {
  const reading: Reading = { findings: [], isPlain: true };
  const root = document.contents;
  walk(root, [], reading);
  const { findings, isPlain } = reading;
  return isPlain ? { root, value: document.toJS(), findings } : { root, findings };
}

interface Reading {
  findings: Finding[];
  /** False once something was met that has no plain value. */
  isPlain: boolean;
}

function walk(node: unknown, path: FieldPath, reading: Reading): void {
  if (path.length > LIMITS.nesting) {
    reading.isPlain = false;
    reading.findings.push({ ...TOO_DEEP, path });
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) walk(item, [...path, index], reading);
  } else if (isMap(node)) {
    walkMapping(node, path, reading);
  } else if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) {
    const found = node.source ?? String(node.value);
    reading.findings.push({ path, expected: 'a finite number', found });
  }
}

function walkMapping(mapping: YAMLMap, path: FieldPath, reading: Reading): void {
  if (mapping.items.length > LIMITS.fields) {
    reading.isPlain = false;
    const expected = `a mapping of at most ${LIMITS.fields} fields`;
    reading.findings.push({ path, expected, found: `${mapping.items.length}` });
    return;
  }
  const seen = new Set<string>();
  for (const { key, value } of mapping.items) {
    const name = readKey(key, path, seen, reading);
    if (name !== undefined) walk(value, [...path, name], reading);
  }
}

function readKey(
  key: unknown,
  path: FieldPath,
  seen: Set<string>,
  reading: Reading,
): string | undefined {
  const offset = (key as Partial<Node> | null)?.range?.[0];
  const at = offset === undefined ? {} : { offset };
  if (!isScalar(key) || key.value === null) {
    const found = isScalar(key) || key === null ? 'nothing' : 'a list or mapping';
    reading.findings.push({ path, ...at, expected: 'the name of a field', found });
    reading.isPlain = false;
    return undefined;
  }
  const name = String(key.value);
  if (name === '__proto__' || seen.has(name)) {
    const isAgain = seen.has(name);
    const expected = isAgain ? 'each field once' : 'another name';
    const found = `${showValue(name)}${isAgain ? ' again' : ''}`;
    reading.findings.push({ path: [...path, name], ...at, expected, found });
  }
  seen.add(name);
  return name;
}
