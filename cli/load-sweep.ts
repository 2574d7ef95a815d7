import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolveTrainer, scorerIdentity } from '../compute/trainers.ts';
import { sha256Hex } from '../contract/digest.ts';
import { renderDataset, renderTools } from '../data/datasets.ts';
import { DataError } from '../data/errors.ts';
import { openSuite } from '../data/open-suite.ts';
import type { Suite, SuiteSource } from '../data/suite.ts';
import { expandSweep } from '../plan/expand.ts';
import type { DatasetSummary, Plan } from '../plan/plan.ts';
import { parseSweep } from '../spec/parse.ts';
import { formatProblem } from '../spec/problems.ts';
import type { Sweep } from '../spec/sweep.ts';
import type { Home } from '../worker/home.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { say } from './output.ts';
import { readBounded, readSources } from './suite-files.ts';

/** A sweep file above this is a mistake. */
const SPEC_BYTES = 4_000_000;

/** A sweep file read, checked, and worked out against its data. */
export interface LoadedSweep {
  file: string;
  sweep: Sweep;
  suite: Suite;
  sources: SuiteSource[];
  plan: Plan;
  store: string;
}

/** Reads and checks the file alone. Throws a `CliError` that lists every problem at once. */
async function readSweepFile(file: string): Promise<Sweep> {
  const bytes = await readBounded(file, SPEC_BYTES, EXIT.spec);
  const parsed = parseSweep(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), file);
  if ('errors' in parsed)
    throw new CliError(EXIT.spec, parsed.errors.map(formatProblem).join('\n\n'));
  for (const warning of parsed.warnings) say(formatProblem(warning));
  return parsed.sweep;
}

/** Reads the file and its data and makes the plan; nothing is written. */
export async function loadSweep(file: string, home: Home, store?: string): Promise<LoadedSweep> {
  const sweep = await readSweepFile(file);
  const { folder, sources } = await readSources(sweep, file);
  const suite = openNamed(sweep, folder, sources);
  const plan = planSweep(sweep, suite, sources, dirname(resolve(file)));
  return { file, sweep, suite, sources, plan, store: store ?? storeOf(sweep, file, home) };
}

/** Renders everything once per variant of the suite, keeps digests, and expands the plan. */
function planSweep(
  sweep: Sweep,
  suite: Suite,
  sources: readonly SuiteSource[],
  workingFolder: string,
): Plan {
  const summaries = new Map<string, DatasetSummary>();
  const trainer = resolveTrainer(sweep.trainer, workingFolder);
  const files = sources.map(({ name, bytes }) => ({
    name,
    sha256: sha256Hex(bytes),
    size: bytes.length,
  }));
  return expandSweep({
    spec: sweep,
    suite: { digest: suite.digest, files },
    trainer: { kind: trainer.kind, identity: trainer.identity, description: trainer.description },
    workingFolder,
    scorer: scorerIdentity(),
    tools: sha256Hex(renderTools(suite)),
    dataset: (condition, seed, domain) => {
      const rendering = sweep.conditions.find(({ name }) => name === condition);
      if (!rendering) throw new RangeError(`no condition ${condition}`);
      const name = JSON.stringify([rendering.trace, suite.variant(seed), domain]);
      const known = summaries.get(name) ?? summarise(suite, { rendering, seed, domain });
      summaries.set(name, known);
      return known;
    },
  });
}

function summarise(
  suite: Suite,
  request: { rendering: Sweep['conditions'][number]; seed: number; domain: string },
): DatasetSummary {
  const { train, prompts, gold, counts } = renderDataset(suite, request);
  const [trained, heldOut] = [counts.train.examples.total, counts.heldOut.examples.total];
  if (trained === 0 || heldOut === 0)
    throw new DataError({
      file: suite.name,
      position: `domain ${request.domain}, seed ${request.seed}`,
      expected: 'examples on both sides of the split',
      found: `${trained} to train on and ${heldOut} held out`,
    });
  return {
    train: describeFile(train, trained),
    prompts: describeFile(prompts, heldOut),
    gold: describeFile(gold, heldOut),
  };
}

function describeFile(bytes: Uint8Array, examples: number): DatasetSummary['train'] {
  return { sha256: sha256Hex(bytes), size: bytes.length, examples };
}

/** A sweep's store as a URL: its own, or the home's. */
function storeOf(sweep: Sweep, file: string, home: Home): string {
  if (sweep.store === undefined) return pathToFileURL(home.store).href;
  if (/^[a-z0-9]+:\/\//.test(sweep.store)) return sweep.store;
  return pathToFileURL(resolve(dirname(file), sweep.store)).href;
}

/** The suite knows its files by their names alone; a person wants to know where they are. */
function openNamed(sweep: Sweep, folder: string, sources: SuiteSource[]): Suite {
  try {
    return openSuite(sweep.suite, sources);
  } catch (error) {
    if (error instanceof DataError) throw new CliError(EXIT.data, join(folder, error.message));
    throw error;
  }
}
