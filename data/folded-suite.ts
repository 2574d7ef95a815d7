import { digestOf } from '../contract/digest.ts';
import type { Example, ToolTable } from '../contract/dialogue.ts';
import { foldOfSeed, sortByHash } from './split.ts';
import type { Replication, SplitExamples, SplitRule, Suite, SuiteCensus } from './suite.ts';

/** An example with its place: the domain that teaches it and the fold of its unit. */
interface FoldedExample {
  domain: string;
  fold: number;
  example: Example;
}

export interface Placement {
  name: string;
  domains: readonly string[];
  tools: ToolTable;
  /** Seed s holds out fold s modulo these; with 1 every seed holds out fold 0 and trains on fold 1. */
  folds: number;
  placed: readonly FoldedExample[];
  census: SuiteCensus;
  split: SplitRule;
}

/** A suite whose examples are the same for every seed, and whose seeds hold out one fold each. */
export function createFoldedSuite(placement: Placement): Suite {
  const { name, domains, tools, folds, placed, census, split } = placement;
  const byDomain = new Map(
    domains.map((domain) => [
      domain,
      sortByHash(
        placed.filter((item) => item.domain === domain),
        (item) => item.example.id,
      ),
    ]),
  );
  return {
    name,
    domains,
    tools,
    census,
    split,
    replication: describeReplication(folds),
    variant: (seed) => foldOfSeed(seed, folds),
    digest: digestOf({ format: 1, domains, tools, folds, examples: [...byDomain] }),
    examples: (domain, seed): SplitExamples => {
      const items = byDomain.get(domain);
      if (!items) throw new RangeError(`${name} has no domain '${domain}'`);
      const heldFold = foldOfSeed(seed, folds);
      return {
        train: items.filter((item) => item.fold !== heldFold).map((item) => item.example),
        heldOut: items.filter((item) => item.fold === heldFold).map((item) => item.example),
      };
    },
  };
}

function describeReplication(folds: number): Replication {
  const order = 'the order of training examples';
  if (folds === 1) return { seedsVary: order, testTrainRatio: 0 };
  return {
    seedsVary: `the held-out fold (of ${folds}) and ${order}`,
    testTrainRatio: 1 / (folds - 1),
  };
}
