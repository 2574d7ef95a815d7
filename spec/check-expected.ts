import type { Finding } from './findings.ts';
import { nearestWord } from './nearest.ts';
import type { SpecParts } from './parts.ts';
import { alternatives, showValue } from './problems.ts';

/** Counts are expected of blocks that there are. */
export function checkExpected({ expected, conditions, domains }: SpecParts): Finding[] {
  if (!conditions || !domains) return [];
  const names = Object.keys(conditions);
  return Object.entries(expected ?? {}).flatMap(([what, byCondition]) =>
    Object.entries(byCondition ?? {}).flatMap(([name, counts]): Finding[] => {
      const path = ['expect', what, name];
      if (!names.includes(name)) return [unknown(path, name, names)];
      const strategy = conditions[name]?.strategy ?? 'sequential';
      if (strategy !== 'sequential') {
        const wanted = 'a condition that learns domain by domain';
        return [{ path, expected: wanted, found: `${showValue(name)}, which is ${strategy}` }];
      }
      return Object.keys(counts)
        .filter((domain) => !domains.includes(domain))
        .map((domain) => unknown([...path, domain], domain, domains));
    }),
  );
}

function unknown(path: string[], name: string, names: readonly string[]): Finding {
  const expected = alternatives(names.map((known) => JSON.stringify(known)));
  return { path, expected, found: showValue(name), suggestion: nearestWord(name, names) };
}
