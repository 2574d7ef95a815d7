import { DEFAULTS } from './defaults.ts';
import { apiBankDomains, apiBankSource } from './file-suites.ts';
import { valueAt } from './expectations.ts';

/** The domains that suites have by default; tests hold them equal to what `data/` and `worlds/` provide. */
export const SUITE_DOMAINS = {
  'api-bank': ['account', 'schedule', 'health', 'info'],
  builtin: ['travel', 'banking', 'library', 'clinic'],
} as const satisfies Record<string, readonly string[]>;

/** Those of API-Bank's level 3. */
export const LEVEL_3_DOMAINS = ['care', 'medicine', 'wellness', 'costs', 'everyday', 'search'];

/** The domains that a suite as written will have; undefined where only its data tell, or it is not understood. */
export function foreseeDomains(suite: unknown): readonly string[] | undefined {
  const kind = valueAt(suite, ['kind']);
  if (kind === 'builtin') return SUITE_DOMAINS.builtin;
  if (kind !== 'api-bank') return undefined;
  const source = apiBankSource.safeParse(valueAt(suite, ['source'])).data;
  const domains = apiBankDomains.safeParse(valueAt(suite, ['domains']));
  if (source === undefined || !domains.success) return undefined;
  return foreseeApiBank(source, domains.data);
}

function foreseeApiBank(
  source: ReturnType<typeof apiBankSource.parse>,
  domains: ReturnType<typeof apiBankDomains.parse>,
): readonly string[] {
  if (typeof domains === 'object' && domains.kind === 'own') return Object.keys(domains.map);
  if (typeof domains === 'object') return binNames(domains.bins);
  if (source === 'paper-1') return binNames(4);
  if (source === 'hub') return binNames(DEFAULTS.suite.files.balanced.bins);
  return source === 'level-3' ? LEVEL_3_DOMAINS : SUITE_DOMAINS['api-bank'];
}

function binNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `D${index + 1}`);
}
