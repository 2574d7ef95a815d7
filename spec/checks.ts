import { checkConditions } from './check-conditions.ts';
import { checkExpected } from './check-expected.ts';
import { checkHyperparameters } from './check-hyperparameters.ts';
import { checkSuite } from './check-suite.ts';
import { readContrast } from './contrast.ts';
import type { FieldPath, Finding } from './findings.ts';
import { LIMITS } from './limits.ts';
import { nearestWord } from './nearest.ts';
import { checkPublished } from './check-published.ts';
import type { SpecParts } from './parts.ts';
import { alternatives, showValue } from './problems.ts';
import { listSeeds } from './seed-streams.ts';
import { foreseeDomains } from './suites.ts';

/** What one field says about another. */
export function checkParts(parts: SpecParts): Finding[] {
  return [
    ...checkSuite(parts.suite),
    ...checkDomains(parts),
    ...checkOrders(parts),
    ...checkConditions(parts),
    ...checkHyperparameters(parts),
    ...checkSeeds(parts),
    ...checkContrast(parts),
    ...checkMetric(parts),
    ...checkPublished(parts),
    ...checkExpected(parts),
    ...checkDraws(parts),
    ...checkStore(parts),
    ...checkBudget(parts),
    ...checkRuns(parts),
  ];
}

function checkDomains({ domains, suite }: SpecParts): Finding[] {
  if (!domains) return [];
  const path = ['stream', 'domains'];
  const repeated = findRepeated(domains, path, 'each domain once');
  const known = foreseeDomains(suite);
  return known ? [...repeated, ...findUnknown(domains, known, path)] : repeated;
}

function checkOrders({ domains, orders }: SpecParts): Finding[] {
  if (!domains || !orders) return [];
  const path = ['stream', 'orders'];
  if (orders === 'all') {
    const count = domains.reduce((product, _, index) => product * (index + 1), 1);
    if (count <= LIMITS.orders) return [];
    const expected = `at most ${LIMITS.orders} orders`;
    const found = `all ${showCount(count)} orders of ${domains.length} domains`;
    return [{ path, expected, found, help: 'list the orders to walk' }];
  }
  return [
    ...orders.flatMap((order, index) => checkOrder(order, domains, [...path, index])),
    ...findRepeated(
      orders.map((order) => order.join(', ')),
      path,
      'each order once',
    ),
  ];
}

function showCount(count: number): string {
  return Number.isSafeInteger(count) ? String(count) : count.toExponential(1);
}

function checkOrder(
  order: readonly string[],
  domains: readonly string[],
  path: FieldPath,
): Finding[] {
  const findings = [
    ...findUnknown(order, domains, path),
    ...findRepeated(order, path, 'each domain once'),
  ];
  const missing = domains.filter((domain) => !order.includes(domain));
  if (findings.length > 0 || missing.length === 0) return findings;
  const expected = 'every domain of the stream';
  return [{ path, expected, found: `an order without ${missing.map(showValue).join(', ')}` }];
}

function checkSeeds({ seeds }: SpecParts): Finding[] {
  if (Array.isArray(seeds)) return findRepeated(seeds, ['seeds'], 'each seed once');
  if (typeof seeds !== 'object') return [];
  return findRepeated(seeds.vary, ['seeds', 'vary'], 'each word once');
}

function checkContrast({ contrast: written, conditions }: SpecParts): Finding[] {
  const contrast = written === undefined ? undefined : readContrast(written);
  if (!contrast) return [];
  const path = ['question', 'contrast'];
  const found = showValue(written);
  const { treatment, control } = contrast;
  if (treatment === control) return [{ path, expected: 'two different conditions', found }];
  if (!conditions) return [];
  const names = Object.keys(conditions);
  const unknown = [treatment, control].filter((name) => !names.includes(name));
  return unknown.slice(0, 1).map((name) => ({
    path,
    expected: `conditions among ${names.join(', ')}`,
    found: unknown.length === 2 ? found : showValue(name),
    suggestion: nearestWord(name, names),
  }));
}

const NEEDS_TWO_DOMAINS: readonly string[] = ['bwt', 'fwt', 'forgetting'];
const NEEDS_A_STREAM: readonly string[] = [...NEEDS_TWO_DOMAINS, 'aulc'];

function checkMetric(parts: SpecParts): Finding[] {
  const { metric, domains, evaluated } = parts;
  if (metric === undefined) return [];
  const path = ['question', 'metric'];
  const flat = NEEDS_A_STREAM.includes(metric) && conditionsAsked(parts).find(isWithoutStream);
  if (flat) {
    const expected = 'a metric that both conditions have';
    const found = `${showValue(metric)}, which ${flat[0]} has not: its matrix has one row`;
    return [{ path, expected, found, help: 'averageAccuracy and nameAccuracy can be compared' }];
  }
  if (domains?.length === 1 && NEEDS_TWO_DOMAINS.includes(metric)) {
    const expected = 'a metric that a stream of one domain has';
    return [{ path, expected, found: showValue(metric), help: 'name two domains or more' }];
  }
  if (metric === 'fwt' && evaluated === 'seen') {
    const expected = 'a metric of the domains seen';
    const help = 'FWT needs evaluate.domains: all';
    return [{ path, expected, found: showValue(metric), help }];
  }
  return [];
}

type NamedCondition = [string, NonNullable<SpecParts['conditions']>[string]];

function conditionsAsked({ contrast, conditions = {} }: SpecParts): NamedCondition[] {
  const asked = contrast === undefined ? undefined : readContrast(contrast);
  return Object.entries(conditions).filter(
    ([name]) => name === asked?.treatment || name === asked?.control,
  );
}

function isWithoutStream([, condition]: NamedCondition): boolean {
  return condition !== undefined && condition.strategy !== 'sequential';
}

/** The likeliest tokens are the same every time. */
function checkDraws({ decoding }: SpecParts): Finding[] {
  const { temperature = 0, draws = 1 } = decoding ?? {};
  if (temperature > 0 || draws === 1) return [];
  const expected = 'one draw at temperature 0, which is always the same';
  const help = 'several draws need evaluate.decoding.temperature above 0';
  return [{ path: ['evaluate', 'decoding', 'draws'], expected, found: String(draws), help }];
}

/** Pods do not see the folders of this machine. */
function checkStore({ store, compute }: SpecParts): Finding[] {
  if (compute?.kind !== 'kubernetes' || store?.includes('://')) return [];
  const help = 'file:// needs a volume of compute.volumes at that path';
  if (store === undefined)
    return [
      { path: ['compute'], expected: 'a store beside it that pods reach', found: 'none', help },
    ];
  return [
    { path: ['store'], expected: 'a URL that pods reach too', found: showValue(store), help },
  ];
}

/** Hours of GPUs that nobody holds never end. */
function checkBudget({ compute, gpuHours }: SpecParts): Finding[] {
  if (gpuHours === undefined || compute === undefined || compute.gpus > 0) return [];
  const expected = 'trainers with GPUs (compute.gpus)';
  const help = 'budget.computeHours counts the hours of trainers without GPUs';
  return [{ path: ['budget', 'gpuHours'], expected, found: `${gpuHours} h without any`, help }];
}

function checkRuns({ conditions, domains, orders, seeds }: SpecParts): Finding[] {
  if (!conditions || !domains || seeds === undefined) return [];
  const { length } = listSeeds(seeds);
  const runs = Object.keys(conditions).length * countOrders(domains, orders) * length;
  if (runs <= LIMITS.runs) return [];
  const expected = `at most ${LIMITS.runs} runs (conditions x orders x seeds)`;
  return [{ path: ['seeds'], expected, found: `${runs} runs` }];
}

function countOrders(domains: readonly string[], orders: SpecParts['orders']): number {
  if (orders !== 'all') return orders?.length ?? 1;
  return domains.reduce((product, _, index) => Math.min(product * (index + 1), LIMITS.orders), 1);
}

function findRepeated(
  items: readonly (string | number)[],
  path: FieldPath,
  expected: string,
): Finding[] {
  const seen = new Set<string | number>();
  return items.flatMap((item, index) => {
    if (!seen.has(item)) {
      seen.add(item);
      return [];
    }
    return [{ path: [...path, index], expected, found: `${showValue(item)} again` }];
  });
}

function findUnknown(
  items: readonly string[],
  known: readonly string[],
  path: FieldPath,
): Finding[] {
  return items.flatMap((item, index) => {
    if (known.includes(item)) return [];
    const expected = alternatives(known.map((name) => JSON.stringify(name)));
    const suggestion = nearestWord(item, known);
    return [{ path: [...path, index], expected, found: showValue(item), suggestion }];
  });
}
