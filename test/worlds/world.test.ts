import { expect, test } from 'vitest';
import type { Json } from '../../contract/dialogue.ts';
import { createRandom } from '../../contract/random.ts';
import type { Clocked, DomainDefinition } from '../../worlds/domain.ts';
import { banking } from '../../worlds/domains/banking-steps.ts';
import { library } from '../../worlds/domains/library-steps.ts';
import { travel } from '../../worlds/domains/travel-steps.ts';
import { createDraw } from '../../worlds/draw.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';
import { createWorld } from '../../worlds/world.ts';

const base = { seed: 5, today: 60 };
const draw = createDraw('train', createRandom(3));
const agency = createWorld(travel.tools, travel.createState(draw, BUILTIN_PRESETS.default, base));
const [route] = agency.initial.routes;
const flight = route?.flights[0]?.id ?? '';
const names = ['Ann Lindgren'];

test('a look-up answers what the state holds and changes nothing', () => {
  const { from = '', to = '', date = '', flights } = route ?? {};
  const outcome = agency.call(agency.initial, 'SearchFlights', { from, to, date });
  expect(outcome).toEqual({ state: agency.initial, result: { flights } });
});

test('a booking changes the state it leaves and not the state it found', () => {
  const before = structuredClone(agency.initial);
  const given = { id: flight, class: 'premium', names };
  const { state } = agency.call(agency.initial, 'BookFlight', given);
  expect(agency.initial).toEqual(before);
  expect(Object.values(state.bookings)).toEqual([{ kind: 'flight', ...given }]);
});

test('ids of what is created follow from the call, whatever was called before', () => {
  const [first, second] = [{ hours: 5 }, { hours: 7 }].map((given) => ({ id: flight, ...given }));
  const one = agency.call(agency.initial, 'HoldFlight', first ?? {}).state;
  const both = agency.call(one, 'HoldFlight', second ?? {}).state;
  const other = agency.call(agency.initial, 'HoldFlight', second ?? {}).state;
  expect(agency.call(other, 'HoldFlight', first ?? {}).state).toEqual(both);
});

test('a refused call leaves the state as it was', () => {
  const outcome = agency.call(agency.initial, 'HoldFlight', { id: 'FL1', hours: 5 });
  expect(outcome.state).toBe(agency.initial);
  expect(outcome).toHaveProperty('error');
});

const hold = { id: flight, hours: 5 };
const search = { from: 'Oslo', to: 'Riga', date: '2026-04-01' };

test.each<[string, string, Record<string, Json>, string]>([
  ['a misspelt tool', 'HoldFligth', hold, "no tool 'HoldFligth', did you mean 'HoldFlight'?"],
  ['a tool in other case', 'holdflight', hold, "did you mean 'HoldFlight'?"],
  ['a tool of no name', '', hold, 'tools: SearchFlights, BookFlight, HoldFlight'],
  ['a tool like no other', 'PaintTheHouse', hold, "no tool 'PaintTheHouse'; tools: SearchFlights"],
  ['a tool named like a built-in', 'constructor', hold, "no tool 'constructor'"],
  ['a missing argument', 'HoldFlight', { id: flight }, "'hours' is missing: an integer (how many"],
  [
    'a misspelt argument',
    'HoldFlight',
    { ...hold, hour: 5 },
    "no parameter 'hour', did you mean 'hours'?",
  ],
  ['an unknown argument', 'HoldFlight', { ...hold, colour: 'red' }, 'parameters: id, hours'],
  [
    'an argument named like a built-in',
    'HoldFlight',
    { ...hold, toString: 1 },
    "parameter 'toString'",
  ],
  [
    'a number as text',
    'HoldFlight',
    { id: flight, hours: '5' },
    '\'hours\' must be an integer (how many hours, 1 to 72), not "5"',
  ],
  ['a fraction', 'HoldFlight', { id: flight, hours: 1.5 }, "'hours' must be an integer"],
  ['a value of null', 'HoldFlight', { id: flight, hours: null }, 'not null'],
  ['a number out of bounds', 'HoldFlight', { id: flight, hours: 100 }, "'hours' must be 1 to 72"],
  [
    'a word that is not listed',
    'BookFlight',
    { id: flight, class: 'first', names },
    'one of economy, premium, business',
  ],
  [
    'text instead of a list',
    'BookFlight',
    { id: flight, class: 'economy', names: 'Ann' },
    "'names' must be an array (full names of all travellers)",
  ],
  [
    'an item of the wrong type',
    'BookFlight',
    { id: flight, class: 'economy', names: ['Ann', 7] },
    "item 2 of 'names' must be a string",
  ],
  [
    'an empty list',
    'BookFlight',
    { id: flight, class: 'economy', names: [] },
    "'names' must name at least one",
  ],
  [
    'a word for a flag',
    'BookHotel',
    { id: 'HT1', guests: 2, breakfast: 'yes' },
    "'breakfast' must be a boolean",
  ],
  [
    "another domain's date",
    'SearchFlights',
    { ...search, date: '01/04/2026' },
    'day of departure as YYYY-MM-DD',
  ],
  [
    'a day that does not exist',
    'SearchFlights',
    { ...search, date: '2026-02-30' },
    'is no day of 2026',
  ],
  ['a day that is past', 'SearchFlights', { ...search, date: '2026-01-01' }, 'is past'],
  [
    'an id of the right form that nothing has',
    'HoldFlight',
    { id: 'FL1', hours: 5 },
    "no flight has the id 'FL1'; SearchFlights answers",
  ],
  [
    'two faults at once',
    'HoldFlight',
    { hours: 'x' },
    "'id' is missing: a string (id of the flight, as SearchFlights answers it); 'hours' must be an integer",
  ],
])('the error of %s says what was wrong and what would be right', (_, tool, given, message) => {
  const outcome = agency.call(agency.initial, tool, given);
  expect(outcome).toHaveProperty('error', expect.stringContaining(message));
  expect(outcome.state).toBe(agency.initial);
});

test('a day as one domain takes it is refused by the others', () => {
  const domains: DomainDefinition<Clocked>[] = [travel, banking, library];
  const days = ['2026-03-05', '05/03/2026', 'Mar 5'];
  const accepted = domains.map(({ tools }) => {
    const dates = tools.flatMap(({ tool }) => tool.function.parameters.properties['date'] ?? []);
    return days.map((day) => dates.every(({ pattern = '' }) => new RegExp(pattern).test(day)));
  });
  expect(accepted).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
});
