/** What a domain of the built-in suite is made of: a world, and how people talk about it. */

import type { Json } from '../contract/dialogue.ts';
import type { DayFormat } from './days.ts';
import type { Draw } from './draw.ts';
import type { BuiltinSettings } from './settings.ts';
import type { ToolWithBehaviour } from './tool.ts';

/** Ways to say something, apart by split. `{slot}`s are filled with what is to be said. */
export interface Phrases {
  train: readonly string[];
  heldOut: readonly string[];
}

/**
 * Where an argument comes from: `user`, a user turn says it verbatim; `derived`, it follows from
 * what a user turn says; `trace`, only an earlier result holds it; `default`, nobody says it and
 * the tool's description does.
 */
export type Source = 'user' | 'trace' | 'derived' | 'default';

export interface Sourced {
  value: Json;
  source: Source;
  /** How the user says it; absent when the user does not. */
  words?: string;
}

export interface SourcedCall {
  name: string;
  arguments: Record<string, Sourced>;
}

/** A record of a tool's result. */
export type Row = Record<string, Json>;

/**
 * A way to mean one record of a listing: by what stands in a field, or by being its lowest or
 * highest.
 */
export interface Reference {
  field: string;
  extreme?: 'lowest' | 'highest';
  user: Phrases;
}

/**
 * One turn: a user's wish, the calls that fulfil it, and what the assistant says about their
 * results.
 */
export interface Step<State> {
  name: string;
  /** The listing that it refers to, of an earlier result, and how many of its records. */
  refersTo?: { listing: string; records: 1 | 2 };
  /** The listing that its result holds, under this name. */
  gives?: string;
  user: Phrases;
  assistant: Phrases;
  /**
   * Slots of `user`: the words of the first call's arguments, and `{which}` for the records
   * referred to.
   */
  ask(scene: Scene<State>): SourcedCall[];
}

export interface Scene<State> {
  state: State;
  draw: Draw;
  /** The records referred to. */
  chosen: readonly Row[];
  /** A day in the tool's format, said so or in other words. */
  sayDay(date: string, format: DayFormat): Sourced;
}

export interface DomainDefinition<State extends Clocked> {
  name: string;
  /** Whose assistant speaks, e.g. "a travel agency". */
  owner: string;
  tools: readonly ToolWithBehaviour<State>[];
  createState(draw: Draw, settings: BuiltinSettings, base: Clocked): State;
  steps: readonly Step<State>[];
  references: Record<string, readonly Reference[]>;
}

/**
 * Every state has a clock that stands still, as a day of the year, and a seed for the ids of what
 * is created.
 */
export interface Clocked {
  seed: number;
  today: number;
}

/** Said by the user, verbatim unless other words are given. */
export function said(value: Json, words?: string): Sourced {
  const spoken = words ?? (Array.isArray(value) ? value.join(' and ') : String(value));
  return { value, source: words === undefined ? 'user' : 'derived', words: spoken };
}

/** Found in an earlier result. */
export function found(value: Json | undefined): Sourced {
  if (value === undefined) throw new TypeError('a record lacks the field that a call needs');
  return { value, source: 'trace' };
}

/** Taken when nobody says otherwise. */
export function assumed(value: Json): Sourced {
  return { value, source: 'default' };
}
