import type { Json } from '../../contract/dialogue.ts';
import { formatDay, formatTime, parseDay } from '../days.ts';
import type { Clocked } from '../domain.ts';
import type { Draw } from '../draw.ts';
import { deriveId } from '../ids.ts';
import { AIRLINES, AREAS, CITIES, HOTELS } from '../pools.ts';
import type { BuiltinSettings } from '../settings.ts';
import { tabulate } from '../tabulate.ts';
import { defineTool, flag, integer, listOf, oneOf, text } from '../tool.ts';
import type { Effect } from '../tool.ts';

/**
 * A travel agency: days are ISO, hours go to 24, amounts are whole euros, and the `id` of an offer
 * books it.
 */
export interface Travel extends Clocked {
  routes: { from: string; to: string; date: string; flights: Flight[] }[];
  towns: { city: string; date: string; hotels: Hotel[] }[];
  bookings: Record<string, Json>;
  alerts: Record<string, Json>;
}

type Flight = { code: string; airline: string; price: number; time: string; id: string };
type Hotel = { code: string; area: string; price: number; name: string; id: string };

const ISO_DAY = '^\\d{4}-\\d{2}-\\d{2}$';

export function createTravel(draw: Draw, { candidates }: BuiltinSettings, base: Clocked): Travel {
  const amount = (): number => draw.count(candidates.min, candidates.max);
  const createDate = (): string => formatDay(draw.dayAfter(base.today, 120), 'iso');
  const towns = draw.several(2, CITIES).map((city) => {
    return { city, date: createDate(), hotels: createHotels(draw, amount()) };
  });
  const routes = Array.from({ length: 2 }, () => {
    const [from = '', to = ''] = draw.several(2, CITIES);
    return { from, to, date: createDate(), flights: createFlights(draw, amount()) };
  });
  return { ...base, routes, towns, bookings: {}, alerts: {} };
}

function createFlights(draw: Draw, amount: number): Flight[] {
  return tabulate({
    code: draw.ids(amount, 1000, 9999).map((number) => `NW${number}`),
    airline: draw.several(amount, AIRLINES),
    price: draw.numbers(amount, 60, 400),
    time: draw.numbers(amount, 24, 88).map((quarters) => formatTime(quarters * 15, 'colon')),
    id: draw.ids(amount, 100, 999).map((number) => `FL${number}`),
  });
}

function createHotels(draw: Draw, amount: number): Hotel[] {
  return tabulate({
    code: draw.ids(amount, 1000, 9999).map((number) => `HB${number}`),
    area: draw.several(amount, AREAS),
    price: draw.numbers(amount, 50, 300),
    name: draw.several(amount, HOTELS),
    id: draw.ids(amount, 100, 999).map((number) => `HT${number}`),
  });
}

function book(state: Travel, kind: string, booking: Record<string, Json>): Effect<Travel> {
  const id = deriveId(state.seed, 'TR', { kind, ...booking });
  const bookings = { ...state.bookings, [id]: { kind, ...booking } };
  return { state: { ...state, bookings }, result: { booking: id, status: 'confirmed' } };
}

function refuseFlight(state: Travel, id: string): string | undefined {
  const known = state.routes.some(({ flights }) => flights.some((flight) => flight.id === id));
  return known ? undefined : `no flight has the id '${id}'; SearchFlights answers ids like FL123`;
}

const flightId = text('id of the flight, as SearchFlights answers it', '^FL\\d+$');

export const travelTools = [
  defineTool(
    'SearchFlights',
    'Lists the flights between two cities on a day.',
    {
      from: text('city of departure'),
      to: text('city of arrival'),
      date: text('day of departure as YYYY-MM-DD', ISO_DAY),
    },
    (state: Travel, { from, to, date }) => {
      const day = parseDay(date, 'iso');
      if (day === undefined) return { error: `'date' ${date} is no day of 2026` };
      if (day < state.today) return { error: `'date' ${date} is past` };
      const asked = state.routes.find((route) => {
        return route.from === from && route.to === to && route.date === date;
      });
      return { state, result: { flights: asked?.flights ?? [] } };
    },
  ),
  defineTool(
    'BookFlight',
    'Books a flight for the travellers named.',
    {
      id: flightId,
      class: oneOf("class of travel; 'economy' unless asked otherwise", [
        'economy',
        'premium',
        'business',
      ]),
      names: listOf('full names of all travellers', text('a full name')),
    },
    (state: Travel, given) => {
      if (given.names.length === 0) return { error: "'names' must name at least one traveller" };
      const error = refuseFlight(state, given.id);
      return error === undefined ? book(state, 'flight', given) : { error };
    },
  ),
  defineTool(
    'HoldFlight',
    'Keeps a flight open for some hours without booking it.',
    { id: flightId, hours: integer('how many hours, 1 to 72') },
    (state: Travel, given) => {
      if (given.hours < 1 || given.hours > 72) return { error: "'hours' must be 1 to 72" };
      const error = refuseFlight(state, given.id);
      return error === undefined ? book(state, 'hold', given) : { error };
    },
  ),
  defineTool(
    'SearchHotels',
    'Lists the hotels of a city that have a room.',
    {
      city: text('city to stay in'),
      date: text('day of arrival as YYYY-MM-DD', ISO_DAY),
      nights: integer('how many nights'),
    },
    (state: Travel, { city, date, nights }) => {
      const day = parseDay(date, 'iso');
      if (day === undefined) return { error: `'date' ${date} is no day of 2026` };
      if (nights < 1) return { error: "'nights' must be at least 1" };
      const asked = state.towns.find((town) => town.city === city && town.date === date);
      return { state, result: { hotels: asked?.hotels ?? [] } };
    },
  ),
  defineTool(
    'BookHotel',
    'Books a room in a hotel.',
    {
      id: text('id of the hotel, as SearchHotels answers it', '^HT\\d+$'),
      guests: integer('how many people sleep there'),
      breakfast: flag('whether breakfast is included; false unless asked for'),
    },
    (state: Travel, given) => {
      const known = state.towns.some(({ hotels }) => hotels.some(({ id }) => id === given.id));
      if (known) return book(state, 'hotel', given);
      return { error: `no hotel has the id '${given.id}'; SearchHotels answers ids like HT123` };
    },
  ),
  defineTool(
    'WatchPrice',
    'Sends a message when a flight between two cities costs less than an amount.',
    {
      from: text('city of departure'),
      to: text('city of arrival'),
      amount: integer('whole euros'),
    },
    (state: Travel, given) => {
      if (given.amount < 1) return { error: "'amount' must be at least 1" };
      const id = deriveId(state.seed, 'AL', given);
      const alerts = { ...state.alerts, [id]: given };
      return { state: { ...state, alerts }, result: { alert: id, status: 'watching' } };
    },
  ),
];
