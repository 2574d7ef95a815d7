import type { Tool } from '../contract/dialogue.ts';
import type { Clocked, DomainDefinition } from './domain.ts';
import type { ToolWithBehaviour } from './tool.ts';

/** The argument names that several domains use, each in its own sense. The first stay common longest. */
export const COMMON_NAMES = [
  'id',
  'date',
  'amount',
  'name',
  'from',
  'to',
  'time',
  'status',
  'city',
  'reason',
] as const;

/** What a domain calls the same arguments when the name is not common: no word stands in two domains. */
const OWN_NAMES: Record<string, Partial<Record<(typeof COMMON_NAMES)[number], string>>> = {
  travel: {
    id: 'offer',
    date: 'day',
    amount: 'limit',
    from: 'origin',
    to: 'destination',
    city: 'town',
  },
  banking: {
    id: 'entry',
    date: 'booked',
    amount: 'sum',
    name: 'surname',
    from: 'debit',
    to: 'payee',
    status: 'tag',
    reason: 'cause',
  },
  library: {
    id: 'item',
    date: 'when',
    name: 'author',
    to: 'desk',
    time: 'arrival',
    status: 'state',
  },
  clinic: {
    id: 'record',
    date: 'calendar',
    amount: 'tablets',
    name: 'called',
    time: 'clock',
    city: 'place',
    reason: 'motive',
  },
};

/**
 * The domain with only so large a share of the common names; the rest become its own in its tools' schemas, its calls
 * and its errors. What is said and answered stays the same.
 */
export function separateNames<State extends Clocked>(
  domain: DomainDefinition<State>,
  overlap: number,
): DomainDefinition<State> {
  const common = Math.round(overlap * COMMON_NAMES.length);
  const names = new Map(
    COMMON_NAMES.slice(common).flatMap((name) => {
      const own = OWN_NAMES[domain.name]?.[name];
      return own === undefined ? [] : [[name, own] as const];
    }),
  );
  if (names.size === 0) return domain;
  const tools = domain.tools.map((behaviour) => renameParameters(behaviour, names));
  return { ...domain, tools, argumentNames: names };
}

function renameParameters<State>(
  { tool, run }: ToolWithBehaviour<State>,
  names: ReadonlyMap<string, string>,
): ToolWithBehaviour<State> {
  const formerNames = new Map([...names].map(([former, own]) => [own, former]));
  return {
    tool: renameInSchema(tool, names),
    run: (state, given) => {
      const effect = run(state, renameKeys(given, formerNames));
      return 'error' in effect ? { error: renameQuoted(effect.error, names) } : effect;
    },
  };
}

function renameInSchema(tool: Tool, names: ReadonlyMap<string, string>): Tool {
  const { properties, required = [] } = tool.function.parameters;
  const parameters = {
    type: 'object' as const,
    properties: renameKeys(properties, names),
    required: required.map((name) => names.get(name) ?? name),
  };
  return { ...tool, function: { ...tool.function, parameters } };
}

/** The same values under other keys, in the same order. */
export function renameKeys<Value>(
  values: Readonly<Record<string, Value>>,
  names: ReadonlyMap<string, string>,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [names.get(name) ?? name, value]),
  );
}

/** Errors quote arguments: 'date' 2026-02-30 is no day of 2026. */
function renameQuoted(error: string, names: ReadonlyMap<string, string>): string {
  return error.replace(/^'(\w+)'/, (quoted, name: string) => {
    const own = names.get(name);
    return own === undefined ? quoted : `'${own}'`;
  });
}
