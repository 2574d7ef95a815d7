import type { Message, ToolCall } from '../contract/dialogue.ts';
import type { Source } from './sourced.ts';
import type { World } from './world.ts';

/** One turn's calls and where in the dialogue they stand. */
export interface GoldTurn {
  /** How many messages come before the calls. */
  before: number;
  calls: ToolCall[];
  sources: ArgumentSource[];
}

/** Where an argument's value comes from: a label beside the example, never in its prompt. */
export interface ArgumentSource {
  /** Index of the call in its turn. */
  call: number;
  argument: string;
  source: Source;
}

/** A dialogue that its world answered, call by call. */
export interface WorldDialogue {
  id: string;
  messages: Message[];
  turns: GoldTurn[];
  /** Executes the dialogue's calls as they were executed when it was made. */
  world: World<unknown>;
}
