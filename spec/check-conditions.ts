import type { Finding } from './findings.ts';
import { readMatch } from './match.ts';
import { nearestWord } from './nearest.ts';
import type { SpecParts } from './parts.ts';
import { showValue } from './problems.ts';

type Condition = NonNullable<NonNullable<SpecParts['conditions']>[string]>;

/** What the fields of a condition say about each other, and about other conditions. */
export function checkConditions({ conditions = {} }: SpecParts): Finding[] {
  return Object.entries(conditions).flatMap(([name, condition]) =>
    condition ? [...checkFields(name, condition), ...checkMatch(name, condition, conditions)] : [],
  );
}

/** Fields that only a block after another one, or only training, has a use for. */
const SEQUENTIAL_ONLY = ['replay', 'tokens'] as const;
const TRAINING_ONLY = ['limit', 'upsample'] as const;

function checkFields(name: string, condition: Condition): Finding[] {
  const { strategy } = condition;
  const needless = [
    ...(strategy === 'sequential' ? [] : SEQUENTIAL_ONLY),
    ...(strategy === 'zero-shot' ? TRAINING_ONLY : []),
  ].filter((field) => condition[field] !== undefined);
  return needless.map((field) => ({
    path: ['conditions', name, field],
    atKey: true,
    expected: `no ${field} under strategy ${strategy}`,
    found: showValue(condition[field]),
    help:
      strategy === 'zero-shot'
        ? 'nothing is trained: remove it'
        : `remove it, or make the strategy sequential`,
  }));
}

/** What makes a block more than a domain's own examples, each once. */
const UNMATCHABLE = ['replay', 'upsample'] as const;

/** Matching is between what two conditions say of each domain alone. */
function checkMatch(
  name: string,
  condition: Condition,
  conditions: NonNullable<SpecParts['conditions']>,
): Finding[] {
  if (condition.tokens === undefined) return [];
  const at = { path: ['conditions', name, 'tokens'], found: showValue(condition.tokens) };
  const own = UNMATCHABLE.find((field) => condition[field] !== undefined);
  if (own) return [{ ...at, expected: `no tokens beside ${own}` }];
  const wanted = readMatch(condition.tokens) ?? '';
  if (wanted === name) return [{ ...at, expected: 'another condition' }];
  const others = Object.keys(conditions).filter((other) => other !== name);
  if (!others.includes(wanted)) {
    const suggestion = nearestWord(wanted, others);
    return [{ ...at, expected: `match(one of ${others.join(', ')})`, suggestion }];
  }
  const reason = whyUnmatchable(conditions[wanted]);
  if (reason === undefined) return [];
  const expected = 'a condition that trains on its domains as they are';
  return [{ ...at, expected, found: `${at.found}, which has ${reason}` }];
}

function whyUnmatchable(other: Condition | undefined): string | undefined {
  if (!other) return undefined;
  if (other.strategy !== 'sequential') return `strategy ${other.strategy}`;
  return [...UNMATCHABLE, 'tokens' as const].find((field) => other[field] !== undefined);
}
