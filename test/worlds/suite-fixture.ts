import type { Json, Message } from '../../contract/dialogue.ts';
import { BUILTIN_DOMAINS, shapeDomains } from '../../worlds/builtin-suite.ts';
import type { ArgumentSource, WorldDialogue } from '../../worlds/dialogue.ts';
import type { Row } from '../../worlds/domain.ts';
import type { Source } from '../../worlds/sourced.ts';
import type { Split } from '../../worlds/draw.ts';
import { generateDialogues } from '../../worlds/generate-domain.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';

export const SEEDS = [1, 2, 3, 4, 5];
export const SPLITS: Split[] = ['train', 'heldOut'];
export const DOMAIN_NAMES = BUILTIN_DOMAINS.map(({ name }) => name);
/** The presets that guarantees are measured on: `quick` is a smaller `default`, and `null` has its own. */
const MEASURED = ['default', 'hard'] as const;
export const MEASURED_DOMAINS = MEASURED.flatMap((preset) => {
  return DOMAIN_NAMES.map((domain) => ({ preset, domain, settings: BUILTIN_PRESETS[preset] }));
});

/** A gold argument with its label and all that a prompt of its call holds. */
export interface LabelledArgument {
  tool: string;
  argument: string;
  value: Json;
  source: Source;
  /** Messages up to the call. */
  messages: Message[];
}

const generated = new Map<string, WorldDialogue[]>();

/** Generated once a test file: dialogues are never changed. */
export function dialoguesOf(
  domain: string,
  splits = SPLITS,
  seeds = SEEDS,
  settings = BUILTIN_PRESETS.default,
): WorldDialogue[] {
  const definition = shapeDomains(settings).find(({ name }) => name === domain);
  if (!definition) throw new RangeError(domain);
  const generate = (seed: number, split: Split): WorldDialogue[] => {
    const key = JSON.stringify([domain, seed, split, settings]);
    const dialogues = generated.get(key) ?? generateDialogues(definition, seed, split, settings);
    generated.set(key, dialogues);
    return dialogues;
  };
  return seeds.flatMap((seed) => splits.flatMap((split) => generate(seed, split)));
}

export function argumentsOf(dialogue: WorldDialogue): LabelledArgument[] {
  return dialogue.turns.flatMap(({ before, calls, sources }) => {
    const messages = dialogue.messages.slice(0, before);
    return sources.map(({ call, argument, source }: ArgumentSource) => {
      const made = calls[call];
      const value = made?.arguments[argument];
      if (!made || value === undefined) throw new RangeError(`${call}.${argument}`);
      return { tool: made.name, argument, value, source, messages };
    });
  });
}

export function textOf(messages: readonly Message[], ...roles: Message['role'][]): string {
  const spoken = messages.filter(({ role }) => roles.includes(role));
  return spoken.map(({ content }) => content ?? '').join('\n');
}

/** The words of a value, as a prompt has to hold them: a list's items one by one. */
export function wordsOf(value: Json): string[] {
  return Array.isArray(value) ? value.flatMap(wordsOf) : [String(value)];
}

/** The records of every listing among the results, in order. */
export function listingsOf(messages: readonly Message[]): Row[][] {
  return messages.flatMap((message) => {
    if (message.role !== 'tool') return [];
    const result: Record<string, Json> = JSON.parse(message.content);
    return Object.values(result).filter((value) => Array.isArray(value)) as Row[][];
  });
}

/** The values of a result's field, when one of them is the value asked for. */
export function columnsWith(value: string, messages: readonly Message[]): Json[][] {
  return listingsOf(messages)
    .flatMap((rows) => {
      return Object.keys(rows[0] ?? {}).map((field) => rows.map((row) => row[field] ?? null));
    })
    .filter((column) => column.map(String).includes(value));
}
