import type { Document, Node, YAMLError, YAMLMap } from 'yaml';
import { CST, isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument } from 'yaml';
import type { FieldPath, Finding } from './findings.ts';
import { LIMITS } from './limits.ts';
import { showValue } from './problems.ts';

/**
 * Text to a plain value, without trusting the text. The YAML of a spec is the part that JSON also has (mappings, lists,
 * scalars, comments): anchors, aliases, tags, directives and `?` keys are refused while reading tokens, in linear time,
 * before anything recursive or quadratic sees them.
 */
export interface ReadDocument {
  /** Absent when the text could not be read as one document. */
  root?: Node | null | undefined;
  value?: unknown;
  lines: LineCounter;
  findings: Finding[];
}

export function readDocument(text: string): ReadDocument {
  const lines = new LineCounter();
  countLines(text, lines);
  const findings = findBadText(text) ?? findForbiddenTokens(text);
  if (findings.length > 0) return { lines, findings };
  const document = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: false,
    schema: 'core',
    version: '1.2',
  });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) return { lines, findings: faults.map(describeFault) };
  return { lines, ...readNodes(document) };
}

function countLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lines.addNewLine(at + 1);
  }
}

/** Characters that no YAML file may hold. U+FFFD is what bytes decode to that are not UTF-8. */
const BAD_CHARACTER = /[^\P{Cc}\t\n\r]|\ufffd/u;

function findBadText(text: string): Finding[] | undefined {
  if (text.length > LIMITS.textLength) {
    const expected = `a file of at most ${LIMITS.textLength} characters`;
    return [{ path: [], offset: 0, expected, found: `${text.length}` }];
  }
  const offset = text.search(BAD_CHARACTER);
  if (offset === -1) return undefined;
  const code = text.charCodeAt(offset);
  const found =
    code === 0xfffd
      ? 'bytes that are not UTF-8'
      : `the control character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return [{ path: [], offset, expected: 'UTF-8 text', found, help: 'save the file as UTF-8' }];
}

const FORBIDDEN: Partial<Record<string, { found: string; help: string }>> = {
  anchor: { found: 'an anchor', help: 'write the value where it is used' },
  alias: {
    found: 'an alias',
    help: 'write the value out, and put text that starts with * in quotes',
  },
  tag: { found: 'a tag', help: 'remove it, and put text that starts with ! in quotes' },
  'directive-line': { found: 'a directive', help: 'remove the line' },
  'explicit-key-ind': { found: 'a complex key', help: 'write the field as "name: value"' },
};

function findForbiddenTokens(text: string): Finding[] {
  const findings: Finding[] = [];
  let offset = 0;
  let openBrackets = 0;
  let dashes = 0;
  for (const { type, length } of readTokens(text)) {
    if (type === 'newline') dashes = 0;
    if (type === 'seq-item-ind') dashes++;
    if (type === 'flow-map-start' || type === 'flow-seq-start') openBrackets++;
    if (type === 'flow-map-end' || type === 'flow-seq-end') openBrackets--;
    if (openBrackets + dashes > LIMITS.nesting) return [tooDeep([], offset)];
    const forbidden = FORBIDDEN[type];
    if (forbidden) findings.push({ path: [], offset, expected: 'plain YAML', ...forbidden });
    offset += length;
  }
  return findings;
}

/** The lexer marks scalars, documents and broken flows by tokens of their own that do not stand in the text. */
function* readTokens(text: string): Generator<{ type: string; length: number }> {
  let isContent = false;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    const isMark: boolean =
      !isContent && (type === 'doc-mode' || type === 'flow-error-end' || type === 'scalar');
    if (!isMark) yield { type: isContent ? 'content' : (type ?? ''), length: token.length };
    isContent = isMark && type === 'scalar';
  }
}

function tooDeep(path: FieldPath, offset?: number): Finding {
  const expected = `at most ${LIMITS.nesting} lists and mappings inside each other`;
  return { path, ...(offset !== undefined && { offset }), expected, found: 'more' };
}

const FAULTS: Partial<Record<YAMLError['code'], Pick<Finding, 'expected' | 'found' | 'help'>>> = {
  MULTIPLE_DOCS: { expected: 'one document', found: 'another one', help: 'one sweep a file' },
  TAB_AS_INDENT: { expected: 'spaces', found: 'a tab', help: 'indent with spaces' },
  RESOURCE_EXHAUSTION: {
    expected: `at most ${LIMITS.nesting} lists and mappings inside each other`,
    found: 'more',
  },
};

function describeFault(fault: YAMLError): Finding {
  const known = FAULTS[fault.code];
  const found = `a mistake: ${fault.message}`;
  return { path: [], offset: fault.pos[0], expected: 'valid YAML', found, ...known };
}

/** Duplicate keys, keys that are no words and numbers that are none, then the plain value. */
function readNodes(document: Document.Parsed): Omit<ReadDocument, 'lines'> {
  const reading: Reading = { findings: [], isPlain: true };
  walk(document.contents, [], reading);
  if (!reading.isPlain) return { root: document.contents, findings: reading.findings };
  return { root: document.contents, value: document.toJS(), findings: reading.findings };
}

interface Reading {
  findings: Finding[];
  /** False once something was met that has no plain value. */
  isPlain: boolean;
}

function walk(node: unknown, path: FieldPath, reading: Reading): void {
  if (path.length > LIMITS.nesting) {
    reading.isPlain = false;
    reading.findings.push(tooDeep(path));
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
