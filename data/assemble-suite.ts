import { canonicalJson } from '../contract/digest.ts';
import type { Example, Tool, ToolTable } from '../contract/dialogue.ts';
import { createFoldedSuite } from './folded-suite.ts';
import { listTools } from './list-tools.ts';
import type { PlacedExample } from './source-examples.ts';
import { dealFolds, splitBy } from './split.ts';
import type { SplitSettings, ToolListing } from './suite-settings.ts';
import type { SplitRule, Suite, SuiteCensus } from './suite.ts';
import { countTraces } from './trace-count.ts';

/** What a suite of files comes to, before folds and listings. */
export interface SuiteParts {
  name: string;
  /** Without duplicates, each in its domain. */
  examples: readonly PlacedExample[];
  /** Every domain in its order, with its tools in the order in which prompts list them. */
  domains: ReadonlyMap<string, readonly string[]>;
  split: SplitSettings;
  /** Overrides the folds: whether an example is held out, whatever the seed. */
  isHeldOut?: ((example: PlacedExample) => boolean) | undefined;
  tools: ToolListing;
  census: Pick<SuiteCensus, 'entries' | 'duplicates' | 'leftOut'>;
  warnings?: readonly string[];
}

/** Settles folds and listings: the same for every seed, which hold out one fold each. */
export function assembleSuite(parts: SuiteParts): Suite {
  const { name, examples, isHeldOut } = parts;
  const tools = collectTools(examples);
  const listed = new Map(
    [...parts.domains].map(([domain, names]) => [domain, names.filter((tool) => tool in tools)]),
  );
  const split = splitBy(parts.split.unit, examples);
  const folds = isHeldOut ? 1 : parts.split.folds;
  const dealt = dealFolds(strataOf(examples, split), folds, parts.split.seed);
  const foldOf = (example: PlacedExample): number =>
    isHeldOut ? Number(!isHeldOut(example)) : (dealt.get(split.groupOf(example.example)) ?? 0);
  const list = listTools(parts.tools, listed, parts.split.seed);
  const placed = examples.map((item) => ({
    domain: item.domain,
    fold: foldOf(item),
    example: { ...item.example, tools: list(item) },
  }));
  return createFoldedSuite({
    name,
    domains: [...parts.domains.keys()],
    tools,
    folds,
    placed,
    split,
    census: {
      ...parts.census,
      ...takeCensus(parts, tools, listed),
      warnings: [...warnOfLeak(placed, split), ...(parts.warnings ?? [])],
    },
  });
}

/** The first description of every tool. */
function collectTools(examples: readonly PlacedExample[]): ToolTable {
  const first = new Map<string, Tool>();
  for (const tool of examples.flatMap(({ described }) => described)) {
    if (!first.has(tool.function.name)) first.set(tool.function.name, tool);
  }
  return Object.fromEntries(first);
}

/** Every unit's domains, as one text: its stratum in the split. */
function strataOf(examples: readonly PlacedExample[], split: SplitRule): Map<string, string> {
  const domains = new Map<string, Set<string>>();
  for (const { domain, example } of examples) {
    const group = split.groupOf(example);
    domains.set(group, (domains.get(group) ?? new Set()).add(domain));
  }
  return new Map([...domains].map(([group, set]) => [group, [...set].toSorted().join(' ')]));
}

/** Splitting by example puts parts of one dialogue on both sides: allowed, and said with its size. */
function warnOfLeak(
  placed: readonly { fold: number; example: Example }[],
  split: SplitRule,
): string[] {
  if (split.unit !== 'example') return [];
  const folds = new Map<string, Set<number>>();
  for (const { example, fold } of placed) {
    folds.set(example.dialogue, (folds.get(example.dialogue) ?? new Set()).add(fold));
  }
  const leaking = placed.filter(({ example }) => (folds.get(example.dialogue)?.size ?? 0) > 1);
  return [
    `The split leaks: split.unit is example, and ${leaking.length} of ${placed.length} held-out examples have others of their dialogue in training.`,
  ];
}

function takeCensus(
  { examples, domains }: SuiteParts,
  tools: ToolTable,
  listed: ReadonlyMap<string, readonly string[]>,
): Omit<SuiteCensus, 'entries' | 'duplicates' | 'leftOut' | 'warnings'> {
  const differing = examples
    .flatMap(({ described }) => described)
    .filter((tool) => isDifferent(tool, tools[tool.function.name]));
  const spans = new Map<string, Set<string>>();
  for (const { domain, example } of examples) {
    spans.set(example.dialogue, (spans.get(example.dialogue) ?? new Set()).add(domain));
  }
  return {
    examples: countTraces(examples.map(({ example }) => example)),
    dialogues: spans.size,
    dialoguesAcrossDomains: [...spans.values()].filter(({ size }) => size > 1).length,
    domains: Object.fromEntries(
      [...listed].map(([domain, names]) => [domain, countDomain(domain, examples, names.length)]),
    ),
    toolsWithoutDescription: [...new Set([...domains.values()].flat())].filter(
      (tool) => !(tool in tools),
    ),
    toolsWithSeveralDescriptions: [
      ...new Set(differing.map((tool) => tool.function.name)),
    ].toSorted(),
  };
}

function isDifferent(tool: Tool, other: Tool | undefined): boolean {
  return tool !== other && canonicalJson(tool) !== canonicalJson(other);
}

function countDomain(
  name: string,
  all: readonly PlacedExample[],
  tools: number,
): SuiteCensus['domains'][string] {
  const examples = all.filter(({ domain }) => domain === name).map(({ example }) => example);
  const dialogues = new Set(examples.map(({ dialogue }) => dialogue)).size;
  return { examples: countTraces(examples), dialogues, tools };
}
