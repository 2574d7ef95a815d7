import type { Example } from '../contract/dialogue.ts';
import { type BuiltinSuite, createBuiltinSuite } from '../worlds/builtin-suite.ts';
import { replayGold } from '../worlds/replay-gold.ts';
import { SPLIT_BY_DIALOGUE, sortByHash } from './split.ts';
import type { BuiltinSuiteSettings } from './suite-settings.ts';
import type { SplitExamples, Suite } from './suite.ts';

/** The suite that ships with Ratchet: every seed generates its own dialogues, so that seeds share no data. */
export function openBuiltin({ kind: name, ...settings }: BuiltinSuiteSettings): Suite {
  const builtin = createBuiltinSuite(settings);
  const { digest, domains, tools } = builtin;
  return {
    name,
    digest,
    domains,
    tools,
    census: {
      ...builtin.census,
      entries: builtin.census.examples,
      duplicates: 0,
      leftOut: {},
      dialoguesAcrossDomains: 0,
      toolsWithoutDescription: [],
      toolsWithSeveralDescriptions: [],
      warnings: [],
    },
    split: SPLIT_BY_DIALOGUE,
    replication: {
      seedsVary: 'the generated dialogues and the order of training examples',
      testTrainRatio: 0,
    },
    variant: (seed) => seed,
    examples: rememberLatestSeed(builtin),
    replayGold: (domain, seed) => replayGold(settings, domain, seed),
  };
}

/** A lineage asks for the domains of its seed again and again. */
function rememberLatestSeed(builtin: BuiltinSuite): Suite['examples'] {
  let latest: { seed: number; domains: Map<string, SplitExamples> } | undefined;
  return (domain, seed) => {
    if (latest?.seed !== seed) latest = { seed, domains: new Map() };
    const known = latest.domains.get(domain) ?? sortSides(builtin.examples(domain, seed));
    latest.domains.set(domain, known);
    return known;
  };
}

function sortSides({ train, heldOut }: SplitExamples): SplitExamples {
  return { train: sortByHash(train, idOf), heldOut: sortByHash(heldOut, idOf) };
}

function idOf(example: Example): string {
  return example.id;
}
