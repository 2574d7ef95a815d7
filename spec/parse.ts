import { checkSections, findDoubts } from './checks.ts';
import { readDocument } from './document.ts';
import { valueAt } from './expectations.ts';
import type { Source } from './findings.ts';
import { toProblems } from './findings.ts';
import { describeIssues } from './issues.ts';
import { specJsonSchema } from './json-schema.ts';
import type { SpecProblem } from './problems.ts';
import { resolveSweep } from './resolve.ts';
import type { SweepFile } from './schema.ts';
import { sweepFile } from './schema.ts';
import type { Sweep } from './sweep.ts';

export type ParsedSweep = { sweep: Sweep; warnings: SpecProblem[] } | { errors: SpecProblem[] };

/**
 * Reads a `ratchet/v1` file. Returns every error of the file at once and never throws, whatever the text.
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
  const sections = readSections(value);
  const refused = parsed.error ? describeIssues(parsed.error.issues, specJsonSchema(), value) : [];
  const errors = toProblems([...findings, ...refused, ...checkSections(sections)], source);
  if (errors.length > 0 || !parsed.success) return { errors };
  return { sweep: resolveSweep(parsed.data), warnings: toProblems(findDoubts(sections), source) };
}

/** The sections that are right on their own, so that they can be checked against each other whatever the rest. */
function readSections(value: unknown): Partial<SweepFile> {
  const sections = Object.entries(sweepFile.shape).flatMap(([name, schema]) => {
    const section = schema.safeParse(valueAt(value, [name]));
    return section.success && section.data !== undefined ? [[name, section.data]] : [];
  });
  return Object.fromEntries(sections) as Partial<SweepFile>;
}
