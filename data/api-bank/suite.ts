import { canonicalJson } from '../../contract/digest.ts';
import type { Tool, ToolTable } from '../../contract/dialogue.ts';
import { createFoldedSuite } from '../folded-suite.ts';
import { dealFolds, SPLIT_BY_DIALOGUE } from '../split.ts';
import type { ApiBankSettings, Suite, SuiteCensus, SuiteSource } from '../suite.ts';
import { countTraces } from '../trace-count.ts';
import { DOMAIN_APIS, DOMAINS, type Domain } from './domains.ts';
import { readEntries } from './entries.ts';
import { type ReadExample, readExample } from './examples.ts';

/** The file that the suite reads. */
export const API_BANK_FILE = 'level-1-api.json';

const FOLDS = 5;
const SPLIT_SEED = 0;

/**
 * API-Bank's next calls of level 1 (Li et al., 2023, arXiv 2304.08244) in four domains by what an API is about; an
 * authentication call belongs to the domain of its own API. Exact duplicates are left out. Throws a `DataError`.
 */
export function openApiBank(settings: ApiBankSettings, source: SuiteSource): Suite {
  const read = readEntries(source).map((entry, index) => readExample(source.name, entry, index));
  const kept = leaveOutDuplicates(read);
  const tools = collectTools(kept);
  const domainsOf = groupByDialogue(kept);
  const folds = dealFolds(domainsOf, FOLDS, SPLIT_SEED);
  return createFoldedSuite({
    name: settings.kind,
    domains: DOMAINS,
    tools,
    folds: FOLDS,
    placed: kept.map(({ domain, example }) => ({
      domain,
      fold: folds.get(example.dialogue) ?? 0,
      example:
        settings.tools === 'domain' ? { ...example, tools: describedApis(domain, tools) } : example,
    })),
    census: takeCensus(read, kept, tools, domainsOf),
    split: SPLIT_BY_DIALOGUE,
  });
}

function leaveOutDuplicates(read: readonly ReadExample[]): ReadExample[] {
  const seen = new Set<string>();
  return read.filter(({ content }) => {
    const isNew = !seen.has(content);
    seen.add(content);
    return isNew;
  });
}

/** The first description of every API. */
function collectTools(read: readonly ReadExample[]): ToolTable {
  const first = new Map<string, Tool>();
  for (const tool of read.flatMap(({ described }) => described)) {
    if (!first.has(tool.function.name)) first.set(tool.function.name, tool);
  }
  return Object.fromEntries(first);
}

function describedApis(domain: Domain, tools: ToolTable): string[] {
  return DOMAIN_APIS[domain].filter((api) => api in tools);
}

/** Every dialogue's domains, as one text: its stratum in the split. */
function groupByDialogue(read: readonly ReadExample[]): Map<string, string> {
  const domains = new Map<string, Set<Domain>>();
  for (const { domain, example } of read) {
    domains.set(example.dialogue, (domains.get(example.dialogue) ?? new Set()).add(domain));
  }
  return new Map([...domains].map(([dialogue, set]) => [dialogue, [...set].toSorted().join(' ')]));
}

function takeCensus(
  read: readonly ReadExample[],
  kept: readonly ReadExample[],
  tools: ToolTable,
  domainsOf: ReadonlyMap<string, string>,
): SuiteCensus {
  const differing = kept
    .flatMap(({ described }) => described)
    .filter((tool) => canonicalJson(tool) !== canonicalJson(tools[tool.function.name]));
  return {
    entries: countTraces(read.map(({ example }) => example)),
    duplicates: read.length - kept.length,
    leftOut: {},
    examples: countTraces(kept.map(({ example }) => example)),
    dialogues: domainsOf.size,
    dialoguesAcrossDomains: [...domainsOf.values()].filter((set) => set.includes(' ')).length,
    domains: Object.fromEntries(
      DOMAINS.map((domain) => [domain, countDomain(domain, kept, tools)]),
    ),
    toolsWithoutDescription: DOMAINS.flatMap((domain) =>
      DOMAIN_APIS[domain].filter((api) => !(api in tools)),
    ),
    toolsWithSeveralDescriptions: [
      ...new Set(differing.map((tool) => tool.function.name)),
    ].toSorted(),
    warnings: [],
  };
}

function countDomain(
  domain: Domain,
  kept: readonly ReadExample[],
  tools: ToolTable,
): SuiteCensus['domains'][string] {
  const examples = kept.filter((read) => read.domain === domain).map(({ example }) => example);
  return {
    examples: countTraces(examples),
    dialogues: new Set(examples.map((example) => example.dialogue)).size,
    tools: describedApis(domain, tools).length,
  };
}
