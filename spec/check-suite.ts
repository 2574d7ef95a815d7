import { valueAt } from './expectations.ts';
import { apiBankDomains, apiBankSource } from './file-suites.ts';
import type { Finding } from './findings.ts';
import { showValue } from './problems.ts';

/** What one field of a suite, as written, says about another. */
export function checkSuite(suite: unknown): Finding[] {
  const kind = valueAt(suite, ['kind']);
  if (kind === 'api-bank') return [...checkSource(suite), ...checkOwnMap(suite)];
  return kind === 'jsonl' ? checkSides(suite) : [];
}

/** The training files have neither names of scenarios nor, from the hub, domains by meaning. */
function checkSource(suite: unknown): Finding[] {
  const source = apiBankSource.safeParse(valueAt(suite, ['source'])).data;
  if (source === 'paper-1') return refuseChoices(suite);
  if (source !== 'level-3' && source !== 'hub') return [];
  const findings: Finding[] = [];
  if (valueAt(suite, ['split', 'unit']) === 'scenario') {
    const expected = '"dialogue" or "example"';
    const help = `source: ${source} does not tell scenarios`;
    findings.push({ path: ['suite', 'split', 'unit'], expected, found: '"scenario"', help });
  }
  if (source === 'hub' && valueAt(suite, ['domains']) === 'semantic') {
    const expected = 'a mapping with kind "balanced" or "own"';
    const help = "nobody has sorted the hub's APIs by what they are about";
    findings.push({ path: ['suite', 'domains'], expected, found: '"semantic"', help });
  }
  return findings;
}

/** What was published is settled. */
function refuseChoices(suite: unknown): Finding[] {
  const choices = ['domains', 'auth', 'split', 'tools'];
  return choices
    .filter((field) => valueAt(suite, [field]) !== undefined)
    .map((field) => ({
      path: ['suite', field],
      atKey: true,
      expected: `no ${field} beside source: paper-1`,
      found: showValue(valueAt(suite, [field])),
      help: 'the published study settles it; source: hub leaves the choice',
    }));
}

function checkOwnMap(suite: unknown): Finding[] {
  const domains = apiBankDomains.safeParse(valueAt(suite, ['domains'])).data;
  if (typeof domains !== 'object' || domains.kind !== 'own') return [];
  const first = new Map<string, string>();
  return Object.entries(domains.map).flatMap(([domain, apis]) =>
    apis.flatMap((api, index): Finding[] => {
      const earlier = first.get(api);
      first.set(api, earlier ?? domain);
      if (earlier === undefined) return [];
      const found = `${showValue(api)}, which ${showValue(earlier)} has`;
      const path = ['suite', 'domains', 'map', domain, index];
      return [{ path, expected: 'each API in one domain', found }];
    }),
  );
}

function checkSides(suite: unknown): Finding[] {
  const isDealt = valueAt(suite, ['split']) !== undefined;
  if (!isDealt || valueAt(suite, ['splitField']) === undefined) return [];
  const path = ['suite', 'split'];
  return [{ path, atKey: true, expected: 'either split or splitField', found: 'both' }];
}
