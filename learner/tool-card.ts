/** What the learner reads off a tool's schema. */

import type { ParameterSchema, PropertySchema, Tool } from '../contract/dialogue.ts';
import { hashText, mix } from './hashing.ts';
import { stemOf, wordsOf } from './tokens.ts';

export interface ToolCard {
  name: string;
  hash: number;
  /** Hashes of stems. */
  nameWords: number[];
  /** Stems of the description and of the parameters' names that are not in the name. */
  otherWords: number[];
  slots: SlotCard[];
}

/** A place for a value: a parameter, an item of a list, a property of an object. */
export interface SlotCard {
  name: string;
  hash: number;
  /** Of the tool and the name. */
  fullHash: number;
  words: number[];
  stems: number[];
  descriptionWords: number[];
  schema: PropertySchema;
  typeHash: number;
  /** Of how its values are written: the pattern, else what the description says of the format; 0 when neither does. */
  formatHash: number;
  required: boolean;
}

const cards = new WeakMap<Tool, ToolCard>();

/** The same tool is listed in many prompts: read once a process. */
export function readToolCard(tool: Tool): ToolCard {
  const known = cards.get(tool);
  if (known) return known;
  const { name, description, parameters } = tool.function;
  const nameWords = wordsOf(name);
  const parameterWords = Object.keys(parameters.properties).flatMap(wordsOf);
  const others = [...wordsOf(description), ...parameterWords];
  const hash = hashText(name);
  const card = {
    name,
    hash,
    nameWords: hashesOf(nameWords.map(stemOf)),
    otherWords: hashesOf(others.filter((word) => !nameWords.includes(word)).map(stemOf)),
    slots: readSlots(parameters, hash),
  };
  cards.set(tool, card);
  return card;
}

/** The slots of an object's properties, in the schema's order. */
export function readSlots(schema: ParameterSchema | PropertySchema, owner: number): SlotCard[] {
  const required = 'required' in schema ? (schema.required ?? []) : [];
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    return createSlot(name, property, owner, required.includes(name));
  });
}

/** `owner` is the hash of the tool. */
export function createSlot(
  name: string,
  schema: PropertySchema,
  owner: number,
  required: boolean,
): SlotCard {
  const hash = hashText(name);
  const description = schema.description ?? '';
  const format = schema.pattern ?? /\bformat\b.*/i.exec(description)?.[0] ?? '';
  return {
    name,
    hash,
    fullHash: mix(owner, hash),
    words: hashesOf(wordsOf(name)),
    stems: hashesOf(wordsOf(name).map(stemOf)),
    descriptionWords: hashesOf(wordsOf(description)),
    schema,
    typeHash: hashText(schema.type ?? 'any'),
    formatHash: format === '' ? 0 : hashText(format),
    required,
  };
}

function hashesOf(words: readonly string[]): number[] {
  return [...new Set(words)].map(hashText);
}
