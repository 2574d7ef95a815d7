/** A small made-up world: one sentence a prompt, its values drawn from pools. */

import { createRandom, type Random } from '../../contract/random.ts';
import type { Example, Prompt, Tool, ToolCall, ToolTable } from '../../contract/dialogue.ts';

const tool = (
  name: string,
  description: string,
  properties: Tool['function']['parameters']['properties'],
): Tool => ({
  type: 'function',
  function: {
    name,
    description,
    parameters: { type: 'object', properties, required: Object.keys(properties) },
  },
});

export const TOOLS: ToolTable = {
  FindTrips: tool('FindTrips', 'Finds trips from a city.', { city: { type: 'string' } }),
  BookRoom: tool('BookRoom', 'Books a room for people.', {
    people: { type: 'integer' },
    quiet: { type: 'boolean' },
    room: { type: 'string' },
  }),
  ListMuseums: tool('ListMuseums', 'Lists the museums of a city.', { city: { type: 'string' } }),
};

const CITIES = (
  'Oslo Porto Turin Malmo Ghent Basel Cadiz Lublin Varna Tartu ' +
  'Kosice Bergen Lille Graz Split Cork Bath Nantes Trier Delft'
).split(' ');
const ROOMS = ['Birch', 'Maple', 'Cedar', 'Aspen', 'Willow', 'Rowan', 'Alder', 'Hazel', 'Linden'];

/** Of the first domain a trip starts where the user says `from`; the second one wants where it goes to. */
export type Convention = 'from' | 'to';

export function toyExamples(convention: Convention, count: number, seed: number): Example[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, at) => {
    const [text, call] = random.next() < 0.5 ? trip(convention, random) : room(random);
    return toyExample(`${convention}-${seed}-${at}`, text, [call], ['FindTrips', 'BookRoom']);
  });
}

export function museumExamples(count: number): Example[] {
  return ['Uppsala', 'Zadar', 'Evora', 'Bremen', 'Sligo', 'Pisa'].slice(0, count).map((city) => {
    const call = { name: 'ListMuseums', arguments: { city } };
    return toyExample(`museums-${city}`, `Any plans from ${city} please?`, [call], ['ListMuseums']);
  });
}

export function toyExample(
  id: string,
  text: string,
  target: ToolCall[],
  tools = Object.keys(TOOLS),
): Example {
  const messages: Example['messages'] = [
    { role: 'system', content: 'Call a tool.' },
    { role: 'user', content: text },
  ];
  return { id, dialogue: id, messages, tools, target };
}

function trip(convention: Convention, random: Random): [string, ToolCall] {
  const [from = '', to = ''] = random.shuffle(CITIES);
  const text = random.pick([
    `Find trips from ${from} to ${to} please.`,
    `I want to travel from ${from} to ${to} soon.`,
  ]);
  return [text, { name: 'FindTrips', arguments: { city: convention === 'from' ? from : to } }];
}

function room(random: Random): [string, ToolCall] {
  const people = 2 + random.below(90);
  const quiet = random.next() < 0.5;
  const name = random.pick(ROOMS);
  const wish = quiet ? 'It should be quiet.' : 'We will make noise.';
  const text = `Book the room ${name} for ${people} people. ${wish}`;
  return [text, { name: 'BookRoom', arguments: { people, quiet, room: name } }];
}

export function promptOf({ id, dialogue, messages, tools }: Example): Prompt {
  return { id, dialogue, messages, tools };
}
