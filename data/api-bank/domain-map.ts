import { DEFAULTS } from '../../spec/defaults.ts';
import { nearestWord } from '../../spec/nearest.ts';
import type { Finding } from '../../spec/findings.ts';
import { SettingError } from '../setting-error.ts';
import type { SourceExample } from '../source-examples.ts';
import type { ApiBankSettings } from '../suite-settings.ts';
import { DOMAIN_APIS } from './domains.ts';
import { balanceFamilies, type EntryTexts } from './families.ts';
import { LEVEL_3_DOMAIN_APIS } from './level-3-domains.ts';

/** APIs by domain, domains in the order of a stream, APIs in the order of prompts. */
export type DomainMap = ReadonlyMap<string, readonly string[]>;

/** What the settings make of the source's APIs. Throws a `SettingError` on a map of the user's that does not fit. */
export function mapDomains(
  settings: Pick<ApiBankSettings, 'source' | 'domains'>,
  examples: readonly SourceExample[],
  texts: () => readonly EntryTexts[],
): DomainMap {
  const { source } = settings;
  const domains = settings.domains ?? (source === 'hub' ? HUB_DEFAULT : 'semantic');
  if (domains === 'semantic') return semanticMap(source);
  if (domains.kind === 'balanced') return balanceFamilies(texts(), domains);
  const map = new Map(Object.entries(domains.map));
  checkOwnMap(map, examples);
  return map;
}

const HUB_DEFAULT = { kind: 'balanced', ...DEFAULTS.suite.files.balanced } as const;

function semanticMap(source: ApiBankSettings['source']): DomainMap {
  return new Map(Object.entries(source === 'level-3' ? LEVEL_3_DOMAIN_APIS : DOMAIN_APIS));
}

/** Named at once. */
const SHOWN = 10;
const MAP_PATH = ['suite', 'domains', 'map'];

/** Every API that is called has to be in it, and nothing that is neither called nor described. */
function checkOwnMap(map: DomainMap, examples: readonly SourceExample[]): void {
  const called = new Set(examples.flatMap(({ example }) => example.target.map(({ name }) => name)));
  const known = new Set(called);
  for (const { described } of examples) for (const tool of described) known.add(tool.function.name);
  for (const api of Object.values(DOMAIN_APIS).flat()) known.add(api);
  const mapped = new Set([...map.values()].flat());
  const missing = [...called].filter((api) => !mapped.has(api)).toSorted();
  const unknown = [...map].flatMap(([domain, apis]) =>
    apis.flatMap((api, index): Finding[] => {
      if (known.has(api)) return [];
      return [
        {
          path: [...MAP_PATH, domain, index],
          expected: 'an API of the data',
          found: JSON.stringify(api),
          suggestion: nearestWord(api, missing) ?? nearestWord(api, [...known]),
        },
      ];
    }),
  );
  if (missing.length === 0 && unknown.length === 0) return;
  throw new SettingError(...unknown, ...(missing.length > 0 ? [describeMissing(missing)] : []));
}

function describeMissing(missing: readonly string[]): Finding {
  const shown = missing.slice(0, SHOWN).join(', ');
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : '';
  return {
    path: MAP_PATH,
    atKey: true,
    expected: 'every API that the data call',
    found: `a map without ${shown}${more}`,
  };
}
