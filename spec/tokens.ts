import { CST, Lexer } from 'yaml';
import type { Finding } from './findings.ts';
import { LIMITS } from './limits.ts';

/** What a spec's text may not hold, found in linear time, before anything recursive or quadratic reads it. */
export function findForbidden(text: string): Finding[] {
  return findBadText(text) ?? findForbiddenTokens(text);
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
  const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0');
  const found = code === 'FFFD' ? 'bytes that are not UTF-8' : `the control character U+${code}`;
  return [{ path: [], offset, expected: 'UTF-8 text', found, help: 'save the file as UTF-8' }];
}

/** What YAML has and JSON has not, other than comments and plain text. */
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
    if (openBrackets + dashes > LIMITS.nesting) return [{ ...TOO_DEEP, path: [], offset }];
    const forbidden = FORBIDDEN[type];
    if (forbidden) findings.push({ path: [], offset, expected: 'plain YAML', ...forbidden });
    offset += length;
  }
  return findings;
}

export const TOO_DEEP = {
  expected: `at most ${LIMITS.nesting} lists and mappings inside each other`,
  found: 'more',
};

/** The lexer marks scalars, documents and broken flows by tokens of their own that do not stand in the text. */
function* readTokens(text: string): Generator<{ type: string; length: number }> {
  let isContent = false;
  for (const token of new Lexer().lex(text)) {
    const type: string = isContent ? 'content' : (CST.tokenType(token) ?? '');
    const isMark = type === 'doc-mode' || type === 'flow-error-end' || type === 'scalar';
    if (!isMark) yield { type, length: token.length };
    isContent = type === 'scalar';
  }
}
