/** Dialogues and examples: the shapes that data, trainers, worlds and metrics exchange. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One call of a tool, typed. Argument order carries no meaning. */
export interface ToolCall {
  name: string;
  arguments: Record<string, Json>;
}

/** A tool as OpenAI's chat API describes it; MCP's `inputSchema` is the same JSON Schema. */
export interface Tool {
  type: 'function';
  function: { name: string; description: string; parameters: ParameterSchema };
}

export interface ParameterSchema {
  type: 'object';
  properties: Record<string, PropertySchema>;
  required?: string[];
}

export interface PropertySchema {
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  description?: string;
  enum?: Json[];
  /** A regular expression that a string has to match. */
  pattern?: string;
  items?: PropertySchema;
  properties?: Record<string, PropertySchema>;
}

/** OpenAI chat messages. `arguments` is a JSON string, as on the wire. */
export type Message =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string | null; tool_calls?: MessageToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string };

export interface MessageToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/**
 * One prompt and the calls to predict. A suite yields examples with the whole trace; a condition renders them.
 * `dialogue` groups examples that must stay on one side of a split.
 */
export interface Example {
  id: string;
  dialogue: string;
  /** Oldest turn first; a leading system message is never cut. */
  messages: Message[];
  /** Names into the tools file, in listing order. */
  tools: string[];
  /** Empty only beside a `completion`. */
  target: ToolCall[];
  /**
   * Text to learn word for word in place of the calls, where a published study trained on whatever stood there. A trainer
   * that only learns calls drops an example without any, and says so.
   */
  completion?: string;
}

/** What a trainer sees when it predicts: an example without its target. */
export type Prompt = Omit<Example, 'target' | 'completion'>;

/** What a scorer compares with, and what a loss is of. */
export type Gold = Omit<Example, 'messages' | 'tools'>;

/** The tools file: every tool that a data file's `tools` names. */
export type ToolTable = Record<string, Tool>;

/** What a trainer generated for one prompt: raw text, parsed only by the scorer. */
export interface Prediction {
  id: string;
  /** From 0; absent where one answer was asked for. */
  draw?: number | undefined;
  text: string;
}
