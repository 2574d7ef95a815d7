/** A prompt as the learner reads it: segments of text, the oldest turns cut where it is too long. */

import { formatCalls } from '../contract/call-text.ts';
import type {
  Json,
  Message,
  MessageToolCall,
  Prompt,
  Tool,
  ToolTable,
} from '../contract/dialogue.ts';
import { countTokens, tokenize } from '../contract/tokens.ts';
import { wrongConfiguration } from './failure.ts';

export type SegmentRole = 'system' | 'user' | 'assistant' | 'call' | 'result';

/** What one speaker says in one piece. */
export interface Segment {
  role: SegmentRole;
  text: string;
  /** The tools that a `call` names, the tool that a `result` comes from. */
  tools: string[];
}

/** A message and, where it calls tools, their results: what is cut together. */
interface Turn {
  segments: Segment[];
  tokens: number;
}

export interface RenderedPrompt {
  segments: Segment[];
  tools: Tool[];
  /** Of the segments that are left and of the listing of the tools. */
  tokens: number;
  turnsLost: number;
  /** Whether the last turn is whole: what is trained on has to be. */
  fits: boolean;
}

/**
 * Renders a prompt into at most `maxTokens` tokens. The oldest turns go first; the system message, the tools and the
 * end never do. A last turn too long by itself loses its start and the prompt no longer `fits`.
 */
export function renderPrompt(prompt: Prompt, tools: ToolTable, maxTokens: number): RenderedPrompt {
  const listed = prompt.tools.map((name) => findTool(name, tools, prompt.id));
  const [first, ...others] = prompt.messages;
  const system = first?.role === 'system' ? [textSegment('system', first.content)] : [];
  const turns = splitTurns(system.length > 0 ? others : prompt.messages);
  const fixed = countSegments(system) + listed.reduce((sum, tool) => sum + countListing(tool), 0);
  const kept = keepNewest(turns, maxTokens - fixed);
  const size = kept.reduce((sum, turn) => sum + turn.tokens, fixed);
  const newest = turns.at(-1);
  if (kept.length > 0 || !newest) {
    const segments = [...system, ...kept.flatMap((turn) => turn.segments)];
    return {
      segments,
      tools: listed,
      tokens: size,
      turnsLost: turns.length - kept.length,
      fits: size <= maxTokens,
    };
  }
  const rest = cutStart(newest.segments, Math.max(0, maxTokens - fixed));
  const tokens = fixed + countSegments(rest);
  return {
    segments: [...system, ...rest],
    tools: listed,
    tokens,
    turnsLost: turns.length - 1,
    fits: false,
  };
}

function findTool(name: string, tools: ToolTable, prompt: string): Tool {
  const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (!tool)
    throw wrongConfiguration(
      `${prompt} lists the tool '${name}', which the tools file does not have`,
    );
  return tool;
}

/** The longest run of newest turns within `budget` tokens. */
function keepNewest(turns: readonly Turn[], budget: number): Turn[] {
  let left = budget;
  let from = turns.length;
  for (const [at, turn] of [...turns.entries()].toReversed()) {
    if (turn.tokens > left) break;
    left -= turn.tokens;
    from = at;
  }
  return turns.slice(from);
}

function splitTurns(messages: readonly Message[]): Turn[] {
  const turns: Segment[][] = [];
  const toolOfCall = new Map<string, string>();
  for (const message of messages) {
    const segments = segmentsOf(message, toolOfCall);
    const caller = message.role === 'tool' ? turns.at(-1) : undefined;
    if (caller) caller.push(...segments);
    else turns.push(segments);
  }
  return turns.map((segments) => ({ segments, tokens: countSegments(segments) }));
}

function segmentsOf(message: Message, toolOfCall: Map<string, string>): Segment[] {
  if (message.role === 'tool') {
    const tool = toolOfCall.get(message.tool_call_id);
    return [{ role: 'result', text: message.content, tools: tool === undefined ? [] : [tool] }];
  }
  if (message.role !== 'assistant') return [textSegment(message.role, message.content)];
  const said = message.content ? [textSegment('assistant', message.content)] : [];
  const calls = message.tool_calls ?? [];
  for (const call of calls) toolOfCall.set(call.id, call.function.name);
  return calls.length > 0 ? [...said, callSegment(calls)] : said;
}

function textSegment(role: SegmentRole, text: string): Segment {
  return { role, text, tools: [] };
}

function callSegment(calls: readonly MessageToolCall[]): Segment {
  const parsed = calls.map((call) => {
    return { name: call.function.name, arguments: parseArguments(call.function.arguments) };
  });
  return { role: 'call', text: formatCalls(parsed), tools: parsed.map((call) => call.name) };
}

/** A call of the past that is no JSON object is read as a call without arguments. */
function parseArguments(text: string): Record<string, Json> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, Json>;
    }
  } catch {
    // Falls through: the text is somebody's data, not ours to refuse.
  }
  return {};
}

function countSegments(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + countTokens(segment.text), 0);
}

const listingSizes = new WeakMap<Tool, number>();

/** Tokens of a tool's name, description and parameters; the same tool is listed in many prompts. */
function countListing(tool: Tool): number {
  const known = listingSizes.get(tool);
  if (known !== undefined) return known;
  const { name, description, parameters } = tool.function;
  const properties = Object.entries(parameters.properties).flatMap(([property, schema]) => {
    return [property, schema.type ?? '', schema.description ?? ''];
  });
  const size = [name, description, ...properties].reduce((sum, text) => sum + countTokens(text), 0);
  listingSizes.set(tool, size);
  return size;
}

/** The last `budget` tokens of the segments. */
function cutStart(segments: readonly Segment[], budget: number): Segment[] {
  const kept: Segment[] = [];
  let left = budget;
  for (const segment of segments.toReversed()) {
    if (left === 0) break;
    const tokens = tokenize(segment.text).slice(-left);
    kept.unshift({ ...segment, text: tokens.join('') });
    left -= tokens.length;
  }
  return kept;
}
