import { formatCalls } from '../contract/call-text.ts';
import type { Json, Message, ToolCall } from '../contract/dialogue.ts';
import { formatDay, weekdayOf } from './days.ts';
import type { ArgumentSource, GoldTurn, WorldDialogue } from './dialogue.ts';
import type { Clocked, DomainDefinition, Row, Step } from './domain.ts';
import type { Draw } from './draw.ts';
import { renameKeys } from './overlap.ts';
import { addAside, chooseFitting } from './phrasing.ts';
import { chooseRows } from './refer.ts';
import type { BuiltinSettings } from './settings.ts';
import { createSpeech } from './sourced.ts';
import type { SourcedArguments } from './sourced.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

/** What making a dialogue needs; `messages`, `turns` and `listings` grow while it is played. */
interface Stage<State> {
  domain: DomainDefinition<State & Clocked>;
  settings: BuiltinSettings;
  draw: Draw;
  world: World<State>;
  messages: Message[];
  turns: GoldTurn[];
  /** The latest records of each listing. */
  listings: Map<string, Row[]>;
}

/** Plays planned steps through a world of their own: every result is what the world answered. */
export function generateDialogue<State extends Clocked>(
  id: string,
  domain: DomainDefinition<State>,
  steps: readonly Step<State>[],
  settings: BuiltinSettings,
  draw: Draw,
): WorldDialogue {
  const base = { seed: draw.random.below(2 ** 31), today: draw.dayAfter(30, 120) };
  const world = createWorld(domain.tools, domain.createState(draw, settings, base));
  const messages: Message[] = [{ role: 'system', content: introduce(domain.owner, base.today) }];
  const stage = { domain, settings, draw, world, messages, turns: [], listings: new Map() };
  let state = world.initial;
  for (const step of steps) state = playStep(step, state, stage);
  return { id, messages, turns: stage.turns, world };
}

function introduce(owner: string, today: number): string {
  return [
    `You are the assistant of ${owner}. Today is ${weekdayOf(today)}, ${formatDay(today, 'iso')}.`,
    "Answer with calls of the tools in the form [ToolName(param1='value1', param2=2)].",
  ].join('\n');
}

/**
 * One turn: the user's words, the calls and their results, the assistant's words. Returns the state
 * it leaves.
 */
function playStep<State extends Clocked>(
  step: Step<State>,
  state: State,
  stage: Stage<State>,
): State {
  const { domain, draw, settings, messages, turns } = stage;
  const { user, given } = composeRequest(step, state, stage);
  messages.push({ role: 'user', content: addAside(user, settings.noise, draw) });
  const named = given.map((each) => renameKeys(each, domain.argumentNames ?? new Map()));
  const gold = named.map((each) => ({ name: step.tool, arguments: stripSources(each) }));
  turns.push({ before: messages.length, calls: gold, sources: named.flatMap(listSources) });
  const after = executeCalls(gold, state, stage);
  if (step.gives) stage.listings.set(step.gives, readListing(after.results[0], step.gives));
  messages.push({ role: 'assistant', content: chooseFitting(step.assistant, {}, draw) });
  return after.state;
}

function composeRequest<State extends Clocked>(
  step: Step<State>,
  state: State,
  { draw, settings, domain, listings }: Stage<State>,
): { user: string; given: SourcedArguments[] } {
  const { listing = '', records = 0 } = step.refersTo ?? {};
  const rows = listings.get(listing) ?? [];
  const references = domain.references[listing] ?? [];
  const meant = records
    ? chooseRows(rows, references, records, settings.comparisonShare, draw)
    : [];
  const speech = createSpeech(state.today, settings.derivedShare, draw);
  const chosen = meant.map(({ row }) => row);
  const given = step.ask({ ...speech, state, draw, chosen });
  const spoken = Object.entries(given[0] ?? {}).flatMap(([name, { words }]) => {
    return words === undefined ? [] : [[name, words] as const];
  });
  const which = meant.map(({ words }) => words).join(' and ');
  const words = { ...Object.fromEntries(spoken), ...(records ? { which } : {}) };
  return { user: chooseFitting(step.user, words, draw), given };
}

/**
 * Executes gold calls and writes them down with their results. A gold call that is refused is a
 * fault of the suite.
 */
function executeCalls<State>(
  calls: readonly ToolCall[],
  before: State,
  { world, messages }: Stage<State>,
): { state: State; results: Json[] } {
  const first = messages.filter((message) => message.role === 'tool').length + 1;
  const results: Json[] = [];
  let state = before;
  for (const call of calls) {
    const outcome = world.call(state, call.name, call.arguments);
    if ('error' in outcome) throw new Error(`${formatCalls([call])} was refused: ${outcome.error}`);
    state = outcome.state;
    results.push(outcome.result);
  }
  messages.push({
    role: 'assistant',
    content: null,
    tool_calls: calls.map((call, index) => ({
      id: `call_${first + index}`,
      type: 'function',
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    })),
  });
  for (const [index, result] of results.entries()) {
    const content = JSON.stringify(result);
    messages.push({ role: 'tool', tool_call_id: `call_${first + index}`, content });
  }
  return { state, results };
}

function readListing(result: Json | undefined, name: string): Row[] {
  const rows = isRow(result) ? result[name] : undefined;
  if (!Array.isArray(rows)) throw new TypeError(`a result without the listing '${name}'`);
  return rows.filter(isRow);
}

function isRow(value: Json | undefined): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stripSources(given: SourcedArguments): ToolCall['arguments'] {
  return Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, value]));
}

function listSources(given: SourcedArguments, call: number): ArgumentSource[] {
  return Object.entries(given).map(([argument, { source }]) => ({ call, argument, source }));
}
