import { readContrast } from './contrast.ts';
import { readMatch } from './match.ts';
import { resolvePublished } from './resolve-published.ts';
import type { SweepFile } from './schema.ts';
import { listSeeds, STREAMS } from './seed-streams.ts';
import type { Condition, Question, Sweep } from './sweep.ts';

/** A checked file as a study: seeds counted out, orders listed, names split. */
export function resolveSweep(file: SweepFile): Sweep {
  const { version: _, stream, conditions, seeds, question, published, ...others } = file;
  const { base, store, expect, budget, notes, ...rest } = others;
  const asked = question && resolveQuestion(question);
  return {
    ...rest,
    stream: { domains: stream.domains, orders: resolveOrders(stream) },
    conditions: Object.entries(conditions).map(resolveCondition),
    seeds: listSeeds(seeds),
    vary: resolveVary(seeds),
    ...(asked && { question: asked }),
    ...(published && { published: resolvePublished(published, Object.keys(conditions)) }),
    ...(base && { base }),
    ...(store !== undefined && { store }),
    ...(expect && { expect }),
    ...(budget && { budget }),
    ...(notes !== undefined && { notes }),
  };
}

function resolveVary(seeds: SweepFile['seeds']): Sweep['vary'] {
  if (typeof seeds === 'number' || Array.isArray(seeds)) return [...STREAMS];
  return STREAMS.filter((name) => seeds.vary.includes(name));
}

function resolveCondition([name, condition]: [string, SweepFile['conditions'][string]]): Condition {
  const { trace, strategy, replay = 0, tokens, limit = null, upsample = null } = condition;
  const { hyperparameters, tellDomains } = condition;
  return {
    name,
    trace: typeof trace === 'string' ? { train: trace, eval: trace } : trace,
    strategy,
    replay,
    matchTokens: (tokens !== undefined && readMatch(tokens)) || null,
    limit,
    upsample,
    render: condition.render ?? null,
    ...(hyperparameters && { hyperparameters }),
    ...(tellDomains && { tellDomains }),
  };
}

function resolveQuestion(question: NonNullable<SweepFile['question']>): Question | undefined {
  const { contrast, ...rest } = question;
  const conditions = readContrast(contrast);
  return conditions && { ...conditions, ...rest };
}

function resolveOrders({ domains, orders }: SweepFile['stream']): string[][] {
  if (orders === 'all') return permutations(domains);
  return orders ?? [domains];
}

/** In lexicographic order of positions, so that orders with a common beginning stand together. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => {
    return permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]);
  });
}
