import { join } from 'node:path';
import { DataError } from '../data/errors.ts';
import { openSuite } from '../data/open-suite.ts';
import { SettingError } from '../data/setting-error.ts';
import type { Suite, SuiteSource } from '../data/suite.ts';
import type { Finding } from '../spec/findings.ts';
import { nearestWord } from '../spec/nearest.ts';
import { locateFindings, parseSweep } from '../spec/parse.ts';
import { alternatives, formatProblem, showValue, type SpecProblem } from '../spec/problems.ts';
import type { Sweep } from '../spec/sweep.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { say } from './output.ts';
import { readBounded, readSources } from './suite-files.ts';

/** A sweep file above this is a mistake. */
const SPEC_BYTES = 4_000_000;

/** A sweep file and what it is about. */
export interface SweepData {
  file: string;
  sweep: Sweep;
  suite: Suite;
  sources: readonly SuiteSource[];
}

/** Reads and checks a sweep file without its data. Throws a `CliError` that lists every problem at once. */
export async function readSweep(file: string): Promise<{ sweep: Sweep; text: string }> {
  const text = await readText(file);
  const parsed = parseSweep(text, file);
  if ('errors' in parsed) throw refuseSweep(parsed.errors);
  for (const warning of parsed.warnings) say(formatProblem(warning));
  return { sweep: parsed.sweep, text };
}

/** Reads and checks a sweep file and its data. */
export async function openData(file: string): Promise<SweepData> {
  const { sweep, text } = await readSweep(file);
  const { folder, sources } = await readSources(sweep, file);
  const suite = nameFaults({ text, file, folder }, () => openSuite(sweep.suite, sources));
  const unknown = findUnknownDomains(sweep, suite);
  if (unknown.length > 0) throw refuseSweep(locateFindings(unknown, text, file));
  return { file, sweep, suite, sources };
}

async function readText(file: string): Promise<string> {
  const bytes = await readBounded(file, SPEC_BYTES, EXIT.spec);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function refuseSweep(problems: readonly SpecProblem[]): CliError {
  return new CliError(EXIT.spec, problems.map(formatProblem).join('\n\n'));
}

/** The suite knows its files and settings by their names alone; a person wants to know where they are. */
function nameFaults(
  { text, file, folder }: { text: string; file: string; folder: string },
  open: () => Suite,
): Suite {
  try {
    return open();
  } catch (error) {
    if (error instanceof DataError) throw new CliError(EXIT.data, join(folder, error.message));
    if (error instanceof SettingError)
      throw refuseSweep(locateFindings(error.findings, text, file));
    throw error;
  }
}

/** Of suites whose domains only their data tell. */
function findUnknownDomains({ stream }: Sweep, { domains }: Suite): Finding[] {
  return stream.domains.flatMap((domain, index) => {
    if (domains.includes(domain)) return [];
    return [
      {
        path: ['stream', 'domains', index],
        expected: alternatives(domains.map((known) => JSON.stringify(known))),
        found: showValue(domain),
        suggestion: nearestWord(domain, domains),
      },
    ];
  });
}
