import { formatCalls } from '../../contract/call-text.ts';
import { assembleSuite } from '../assemble-suite.ts';
import { findSource } from '../find-source.ts';
import { leaveOutDuplicates, type PlacedExample, type SourceData } from '../source-examples.ts';
import type { ApiBankSettings } from '../suite-settings.ts';
import type { Suite, SuiteSource } from '../suite.ts';
import { countTraces } from '../trace-count.ts';
import { openAsPublished } from './as-published.ts';
import { type DomainMap, mapDomains } from './domain-map.ts';
import type { EntryTexts } from './families.ts';
import { LEVEL_ONE_FILE, readLevelOne } from './level-one.ts';
import { addPlacedTools, placePreparingCalls } from './preparing-calls.ts';
import { HUB_FILES, LEVEL_THREE_FILE, readTraining } from './training.ts';
import { readWholeDialogues } from './whole-dialogues.ts';

interface ApiBankData extends SourceData {
  /** Of every entry, also of those that became no example. */
  texts?: readonly EntryTexts[];
}

/**
 * API-Bank (Li et al., 2023, arXiv 2304.08244): next calls of levels 1, 2 and 3, or whole dialogues, in domains. Exact
 * duplicates are left out. Throws a `DataError`, or a `SettingError` when the user's domains do not fit.
 */
export function openApiBank(settings: ApiBankSettings, sources: readonly SuiteSource[]): Suite {
  if (settings.source === 'paper-1') {
    return openAsPublished(HUB_FILES.map((name) => findSource(sources, name)));
  }
  const data = readSource(settings.source, sources);
  const kept = leaveOutDuplicates(data.examples);
  const domains = mapDomains(settings, kept, () => data.texts ?? data.examples.map(textsOf));
  const placed = placeExamples(kept, domains);
  const examples = placePreparingCalls(placed, settings.auth);
  return assembleSuite({
    name: settings.source === 'level-1' ? 'api-bank' : `api-bank, ${settings.source}`,
    examples,
    domains: addPlacedTools(domains, examples),
    split: settings.split,
    tools: settings.tools,
    census: {
      entries: data.entries,
      duplicates: data.examples.length - kept.length,
      leftOut: {
        ...data.leftOut,
        ...countLost('of APIs in no domain', kept, placed),
        ...countLost('that only prepare other calls', placed, examples),
      },
    },
  });
}

function readSource(
  source: Exclude<ApiBankSettings['source'], 'paper-1'>,
  sources: readonly SuiteSource[],
): ApiBankData {
  if (source === 'hub') return readTraining(HUB_FILES.map((name) => findSource(sources, name)));
  if (source === 'level-3') return readTraining([findSource(sources, LEVEL_THREE_FILE)]);
  const levelOne = findSource(sources, LEVEL_ONE_FILE);
  if (source === 'dialogues') {
    return readWholeDialogues(
      sources.filter((other) => other !== levelOne),
      levelOne,
    );
  }
  const examples = readLevelOne(levelOne);
  return { examples, leftOut: {}, entries: countTraces(examples.map(({ example }) => example)) };
}

function textsOf({ example }: SourceData['examples'][number]): EntryTexts {
  const input = example.messages.map(({ content }) => content ?? '').join('\n');
  return { input, output: formatCalls(example.target) };
}

/** Examples of APIs in no domain are left out. */
function placeExamples(examples: SourceData['examples'], domains: DomainMap): PlacedExample[] {
  const domainOf = new Map([...domains].flatMap(([name, apis]) => apis.map((api) => [api, name])));
  return examples.flatMap((example) => {
    const domain = domainOf.get(example.example.target[0]?.name ?? '');
    return domain === undefined ? [] : [{ ...example, domain }];
  });
}

function countLost(
  why: string,
  before: readonly unknown[],
  after: readonly unknown[],
): Record<string, number> {
  const lost = before.length - after.length;
  return lost > 0 ? { [why]: lost } : {};
}
