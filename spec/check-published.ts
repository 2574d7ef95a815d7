import type { Finding } from './findings.ts';
import { nearestWord } from './nearest.ts';
import type { SpecParts } from './parts.ts';
import { showValue } from './problems.ts';
import { PUBLISHED_SETS } from './published-sets.ts';

/** Published numbers need a condition to be held against. */
export function checkPublished({ published, conditions }: SpecParts): Finding[] {
  if (!conditions) return [];
  const names = Object.keys(conditions);
  return published.flatMap((entry, index): Finding[] => {
    if (entry === undefined) return [];
    const path = ['published', index];
    if (typeof entry !== 'string') {
      if (names.includes(entry.condition)) return [];
      const expected = `a condition among ${names.join(', ')}`;
      const suggestion = nearestWord(entry.condition, names);
      const found = showValue(entry.condition);
      return [{ path: [...path, 'condition'], expected, found, suggestion }];
    }
    const wanted = PUBLISHED_SETS[entry].map(({ condition }) => condition);
    if (wanted.some((name) => names.includes(name))) return [];
    const expected = `a set with one of the conditions ${names.join(', ')}`;
    return [{ path, expected, found: `${showValue(entry)}, which has ${wanted.join(' and ')}` }];
  });
}
