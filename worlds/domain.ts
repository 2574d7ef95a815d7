/** What a domain of the built-in suite is made of: a world, and how people talk about it. */

import type { Json } from '../contract/dialogue.ts';
import type { Draw } from './draw.ts';
import type { BuiltinSettings } from './settings.ts';
import type { SourcedArguments, Speech } from './sourced.ts';
import type { ToolWithBehaviour } from './tool.ts';

/** Ways to say something, apart by split. `{slot}`s are filled with what is to be said. */
export interface Phrases {
  train: readonly string[];
  heldOut: readonly string[];
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
 * One turn: a user's wish, the calls of one tool that fulfil it, and what the assistant says about
 * their results.
 */
export interface Step<State> {
  name: string;
  tool: string;
  /** The listing that it refers to, of an earlier result, and how many of its records. */
  refersTo?: { listing: string; records: 1 | 2 };
  /** The listing that its result holds, under this name. */
  gives?: string;
  user: Phrases;
  assistant: Phrases;
  /**
   * The arguments of each call. Slots of `user`: the words of the first call's arguments, and
   * `{which}` for the records referred to.
   */
  ask(scene: Scene<State>): SourcedArguments[];
}

export interface Scene<State> extends Speech {
  state: State;
  draw: Draw;
  /** The records referred to. */
  chosen: readonly Row[];
}

export interface DomainDefinition<State extends Clocked> {
  name: string;
  /** Whose assistant speaks, e.g. "a travel agency". */
  owner: string;
  tools: readonly ToolWithBehaviour<State>[];
  createState(draw: Draw, settings: BuiltinSettings, base: Clocked): State;
  steps: readonly Step<State>[];
  references: Record<string, readonly Reference[]>;
  /** Turns that differ in the tool alone: one of them, by the toss of a coin, ends a dialogue. */
  tosses?: readonly Step<State>[];
  /** What its tools call an argument, where that is not what its steps call it. */
  argumentNames?: ReadonlyMap<string, string>;
}

/**
 * Every state has a clock that stands still, as a day of the year, and a seed for the ids of what
 * is created.
 */
export interface Clocked {
  seed: number;
  today: number;
}
