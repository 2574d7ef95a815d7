import { digestOf } from '../contract/digest.ts';
import type { Example, ToolTable } from '../contract/dialogue.ts';
import type { ArgumentSource } from './dialogue.ts';
import type { Clocked, DomainDefinition } from './domain.ts';
import { banking } from './domains/banking-steps.ts';
import { clinic } from './domains/clinic-steps.ts';
import { library } from './domains/library-steps.ts';
import { travel } from './domains/travel-steps.ts';
import type { Split } from './draw.ts';
import { generateExamples } from './generate-domain.ts';
import type { LabelledExample } from './generate-domain.ts';
import { separateNames } from './overlap.ts';
import { turnsOf } from './plan-steps.ts';
import type { BuiltinSettings } from './settings.ts';
import { addToss } from './toss.ts';

/** Raised whenever the same settings and seed yield other examples than before. */
const GENERATOR_VERSION = 2;

export const BUILTIN_DOMAINS: readonly DomainDefinition<Clocked>[] = [
  travel,
  banking,
  library,
  clinic,
];

/**
 * Ratchet's own suite. Every seed is an instance of its own, with dialogues of the same number and
 * lengths.
 */
export interface BuiltinSuite {
  readonly name: string;
  readonly digest: string;
  readonly domains: readonly string[];
  readonly tools: ToolTable;
  readonly census: BuiltinCensus;
  /** Throws a RangeError on an unknown domain. */
  examples(domain: string, seed: number): Record<Split, Example[]>;
  /** Where every argument of every example comes from, by the example's id. */
  sources(domain: string, seed: number): Record<Split, Map<string, ArgumentSource[]>>;
}

interface BuiltinCensus {
  examples: TraceCount;
  dialogues: number;
  domains: Record<string, { examples: TraceCount; dialogues: number; tools: number }>;
}

interface TraceCount {
  total: number;
  withTrace: number;
  withoutTrace: number;
}

export function createBuiltinSuite(settings: BuiltinSettings): BuiltinSuite {
  const domains = shapeDomains(settings);
  const generate = (name: string, seed: number): Record<Split, LabelledExample[]> => {
    const domain = domains.find((candidate) => candidate.name === name);
    if (!domain) throw new RangeError(`the builtin suite has no domain '${name}'`);
    const of = (split: Split) => generateExamples(domain, seed, split, settings);
    return { train: of('train'), heldOut: of('heldOut') };
  };
  const tools = domains.flatMap((domain) => domain.tools.map(({ tool }) => tool));
  return {
    name: 'builtin',
    digest: digestOf({ suite: 'builtin', version: GENERATOR_VERSION, settings }),
    domains: domains.map(({ name }) => name),
    tools: Object.fromEntries(tools.map((tool) => [tool.function.name, tool])),
    census: countSuite(settings, domains),
    examples: (domain, seed) => mapSplits(generate(domain, seed), toPlainExamples),
    sources: (domain, seed) => mapSplits(generate(domain, seed), toSourceMap),
  };
}

/** The domains as the knobs make them. */
export function shapeDomains({
  overlap,
  toss,
}: BuiltinSettings): readonly DomainDefinition<Clocked>[] {
  const separated = BUILTIN_DOMAINS.map((domain) => separateNames(domain, overlap));
  return toss ? separated.map(addToss) : separated;
}

function mapSplits<From, To>(
  { train, heldOut }: Record<Split, From>,
  change: (items: From) => To,
): Record<Split, To> {
  return { train: change(train), heldOut: change(heldOut) };
}

function toPlainExamples(labelled: readonly LabelledExample[]): Example[] {
  return labelled.map(({ example }) => example);
}

function toSourceMap(labelled: readonly LabelledExample[]): Map<string, ArgumentSource[]> {
  return new Map(labelled.map(({ example, sources }) => [example.id, sources]));
}

/**
 * The same for every seed: lengths are planned, and all turns but a dialogue's first have a trace.
 */
function countSuite(
  { dialoguesPerDomain: { train, heldOut }, chainLength, toss }: BuiltinSettings,
  domains: readonly DomainDefinition<Clocked>[],
): BuiltinCensus {
  const turns = [train, heldOut].flatMap((dialogues) => {
    const lengths = Array.from({ length: dialogues }, (_, index) => turnsOf(index, chainLength));
    return lengths.flatMap((length) => Array.from({ length }, (_, turn) => ({ turn, length })));
  });
  const predicted = toss ? turns.filter(({ turn, length }) => turn === length - 1) : turns;
  const total = predicted.length;
  const withTrace = predicted.filter(({ turn }) => turn > 0).length;
  const examples = { total, withTrace, withoutTrace: total - withTrace };
  const dialogues = train + heldOut;
  const times = domains.length;
  return {
    dialogues: dialogues * times,
    examples: {
      total: total * times,
      withTrace: examples.withTrace * times,
      withoutTrace: examples.withoutTrace * times,
    },
    domains: Object.fromEntries(
      domains.map(({ name, tools, tosses }) => [
        name,
        { examples, dialogues, tools: (tosses ?? tools).length },
      ]),
    ),
  };
}
