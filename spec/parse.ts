import { checkParts } from './checks.ts';
import { readDocument } from './document.ts';
import { findDoubts } from './find-doubts.ts';
import type { Finding, Source } from './findings.ts';
import { isLeftEmpty, toProblems } from './findings.ts';
import { describeIssues } from './issues.ts';
import { specJsonSchema } from './json-schema.ts';
import { readParts } from './parts.ts';
import type { SpecProblem } from './problems.ts';
import { resolveSweep } from './resolve.ts';
import { sweepFile } from './schema.ts';
import type { Sweep } from './sweep.ts';

export type ParsedSweep = { sweep: Sweep; warnings: SpecProblem[] } | { errors: SpecProblem[] };

/**
 * Reads a `ratchet/v1` file. Returns every error of the file at once (the first hundred) and never throws,
 * whatever the text.
 *
 * `text` is the file decoded as UTF-8 with replacement: where its bytes are not UTF-8 it holds U+FFFD, which is reported
 * with its line. `file` is only shown. Paths in the result stand as written: relative ones start at the spec file.
 */
export function parseSweep(text: string, file: string): ParsedSweep {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  const { root, value, lines, findings } = readDocument(content);
  const source: Source = { file, text: content, lines, root };
  if (value === undefined) return { errors: toProblems(findings, source) };
  const parsed = sweepFile.safeParse(value);
  const refused = parsed.error ? describeIssues(parsed.error.issues, specJsonSchema(), value) : [];
  const wrong = [
    ...findings,
    ...refused,
    ...findEmptyPreset(root),
    ...checkParts(readParts(value)),
  ];
  const errors = toProblems(wrong, source);
  if (errors.length > 0 || !parsed.success) return { errors };
  const warnings = toProblems(findDoubts(parsed.data), source);
  return { sweep: resolveSweep(parsed.data), warnings };
}

/** What only the data prove wrong about a file that was parsed, with its places. */
export function locateFindings(
  findings: readonly Finding[],
  text: string,
  file: string,
): SpecProblem[] {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  const { root, lines } = readDocument(content);
  return toProblems(findings, { file, text: content, lines, root });
}

/** `preset: null` is a choice; a preset that was forgotten is read as null as well. */
function findEmptyPreset(root: Source['root']): Finding[] {
  const path = ['suite', 'preset'];
  if (!isLeftEmpty(path, root)) return [];
  return [{ path, expected: 'the name of a preset', found: 'nothing' }];
}
