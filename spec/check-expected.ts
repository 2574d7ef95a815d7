import type { ExpectedCount } from './expected-schema.ts';
import type { Finding } from './findings.ts';
import { nearestWord } from './nearest.ts';
import type { SpecParts } from './parts.ts';
import { alternatives, showValue } from './problems.ts';
import { listSeeds } from './seed-streams.ts';

/** Counts are expected of blocks that there are. */
export function checkExpected({ expected, conditions, domains, seeds }: SpecParts): Finding[] {
  if (!expected || !conditions || !domains) return [];
  const names = Object.keys(conditions);
  const replications = seeds === undefined ? undefined : listSeeds(seeds).map(String);
  return Object.entries(expected).flatMap(([what, byCondition]) =>
    Object.entries(byCondition ?? {}).flatMap(([name, counts]): Finding[] => {
      const path = ['expect', what, name];
      if (!names.includes(name)) return [unknown(path, name, names)];
      const strategy = conditions[name]?.strategy ?? 'sequential';
      if (strategy !== 'sequential') {
        const wanted = 'a condition that learns domain by domain';
        const found = `${showValue(name)}, which is ${strategy}`;
        return [{ path, atKey: true, expected: wanted, found }];
      }
      return Object.entries(counts).flatMap(([domain, count]): Finding[] => {
        const place = [...path, domain];
        if (!domains.includes(domain)) return [unknown(place, domain, domains)];
        return replications ? checkBySeed(place, count, replications) : [];
      });
    }),
  );
}

/** Few seeds are shown of many. */
const SHOWN = 3;

function checkBySeed(path: string[], count: ExpectedCount, seeds: readonly string[]): Finding[] {
  if (typeof count === 'number') return [];
  const known = new Set(seeds);
  const more = seeds.length > SHOWN ? ', ...' : '';
  const expected = `a seed of the sweep (${seeds.slice(0, SHOWN).join(', ')}${more})`;
  return Object.keys(count)
    .filter((seed) => !known.has(seed))
    .map((seed) => ({ path: [...path, seed], atKey: true, expected, found: showValue(seed) }));
}

function unknown(path: string[], name: string, names: readonly string[]): Finding {
  const expected = alternatives(names.map((known) => JSON.stringify(known)));
  return {
    path,
    atKey: true,
    expected,
    found: showValue(name),
    suggestion: nearestWord(name, names),
  };
}
