/** A right spec, by lines, for tests to spoil. */
const LINES = [
  'version: ratchet/v1',
  'name: study',
  'suite: { kind: api-bank }',
  'stream:',
  '  domains: [account, schedule, health]',
  'conditions:',
  '  keep: { trace: keep }',
  '  strip: { trace: strip }',
  'seeds: 3',
  'question: { contrast: keep - strip }',
];

export const STUDY = `${LINES.join('\n')}\n`;

/** The right spec with one line (counted from 1) replaced; line 11 adds one at the end. */
export function studyWith(line: number, text: string): string {
  const lines = LINES.toSpliced(line - 1, 1, text);
  return `${lines.join('\n')}\n`;
}

/** Line (from 1) of the right spec, what it becomes, and what is then said after the file's name. */
export type MalformedLine = [line: number, becomes: string, ...says: string[]];
