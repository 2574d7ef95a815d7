import { assembleSuite } from '../assemble-suite.ts';
import { DataError, quoteShortly } from '../errors.ts';
import { leaveOutDuplicates } from '../source-examples.ts';
import { SettingError } from '../setting-error.ts';
import type { JsonlSettings } from '../suite-settings.ts';
import type { Suite, SuiteSource } from '../suite.ts';
import { countTraces } from '../trace-count.ts';
import { joinDialogues } from './join-dialogues.ts';
import { type JsonlDialogue, type JsonlExample, readDialogues } from './lines.ts';
import { readToolsFile } from './tools.ts';

/** Tools as JSON Schema, for lines that list none. */
export const TOOLS_FILE = 'tools.json';

/**
 * A folder of OpenAI chat messages with `tool_calls`: every assistant turn that calls is one example, with everything
 * before it as its prompt. Throws a `DataError`.
 */
export function openJsonl(settings: JsonlSettings, sources: readonly SuiteSource[]): Suite {
  const toolsFile = sources.find(({ name }) => name === TOOLS_FILE);
  const common = toolsFile && readToolsFile(toolsFile);
  const dialogues = sources
    .filter((source) => source !== toolsFile)
    .flatMap((source) => readDialogues(source, settings, common));
  const examples = joinDialogues(dialogues.flatMap((dialogue) => dialogue.examples));
  refuseSplitDialogues(examples);
  const kept = leaveOutDuplicates(examples);
  const isFixed = settings.splitField !== undefined;
  const split = isFixed ? { ...settings.split, unit: 'dialogue' as const } : settings.split;
  if (split.unit === 'scenario') requireScenarios(kept);
  const silent = dialogues.filter((dialogue) => dialogue.examples.length === 0).length;
  const sides = new Map(kept.map(({ example, side }) => [example.id, side]));
  const suite = assembleSuite({
    name: settings.kind,
    examples: kept,
    domains: toolsByDomain(dialogues),
    split,
    isHeldOut:
      settings.splitField === undefined
        ? undefined
        : ({ example }) => sides.get(example.id) === 'held-out',
    tools: settings.tools,
    census: {
      entries: countTraces(examples.map(({ example }) => example)),
      duplicates: examples.length - kept.length,
      leftOut: silent > 0 ? { 'dialogues without a call': silent } : {},
    },
  });
  const several = suite.census.toolsWithSeveralDescriptions;
  if (several.length === 0) return suite;
  const warning = `Tools are described in several ways, and their first description is used: ${several.join(', ')}.`;
  return { ...suite, census: { ...suite.census, warnings: [...suite.census.warnings, warning] } };
}

/** Of every domain, in the order of the files, the tools that its prompts list. */
function toolsByDomain(dialogues: readonly JsonlDialogue[]): Map<string, string[]> {
  const tools = new Map<string, Set<string>>();
  for (const { domain, tools: listed } of dialogues) {
    const known = tools.get(domain) ?? new Set();
    for (const tool of listed) known.add(tool.function.name);
    tools.set(domain, known);
  }
  return new Map([...tools].map(([domain, names]) => [domain, [...names]]));
}

/** A field that puts parts of one dialogue on both sides would leak. */
function refuseSplitDialogues(examples: readonly JsonlExample[]): void {
  const first = new Map<string, JsonlExample>();
  for (const example of examples) {
    const { dialogue } = example.example;
    const earlier = first.get(dialogue);
    if (!earlier) first.set(dialogue, example);
    else if (earlier.side !== example.side) {
      throw new DataError({
        file: example.file,
        position: example.position,
        expected: `dialogue ${quoteShortly(dialogue)} on the side of ${earlier.file}, ${earlier.position}`,
        found: quoteShortly(example.side),
        hint: 'Parts of one dialogue on both sides would leak',
      });
    }
  }
}

function requireScenarios(examples: readonly JsonlExample[]): void {
  const without = examples.find(({ scenario }) => scenario === undefined);
  if (!without) return;
  throw new SettingError({
    path: ['suite', 'split', 'unit'],
    expected: 'dialogues that name their scenario',
    found: `no field "scenario" in ${without.file}, ${without.position}`,
  });
}
