import type { DomainDefinition, Step } from '../domain.ts';
import { CITIES, FAMILY_NAMES, GIVEN_NAMES } from '../pools.ts';
import { assumed, found, said } from '../sourced.ts';
import { createTravel, travelTools } from './travel.ts';
import type { Travel } from './travel.ts';

const searchFlights: Step<Travel> = {
  name: 'search flights',
  tool: 'SearchFlights',
  gives: 'flights',
  user: {
    train: [
      'I need a flight from {from} to {to} on {date}.',
      'Which flights go from {from} to {to} on {date}?',
      'Please look for flights on {date} from {from} to {to}.',
      'I want to fly to {to} from {from} on {date}.',
      'Show me what flies from {from} to {to} on {date}, please.',
      'We are travelling to {to} on {date}, leaving from {from}. What flights are there?',
    ],
    heldOut: [
      'Are there any flights from {from} to {to} on {date}?',
      'I have to get to {to} on {date}, flying from {from}.',
      'Find me flights from {from} to {to}, travelling on {date}.',
    ],
  },
  assistant: {
    train: ['These are the flights that day. Which one do you want?', 'Here is the timetable.'],
    heldOut: ['I found several flights. Which one shall it be?', 'That is what flies that day.'],
  },
  ask: ({ state, draw, sayDay }) => {
    const { from, to, date } = draw.random.pick(state.routes);
    const given = { from: said(from), to: said(to), date: sayDay(date, 'iso') };
    return [given];
  },
};

const bookFlight: Step<Travel> = {
  name: 'book flight',
  tool: 'BookFlight',
  refersTo: { listing: 'flights', records: 1 },
  user: {
    train: [
      'Book {which} in {class} for {names}.',
      'Please book {which} for {names}, {class} class.',
      'I take {which}. Travellers: {names}, in {class}.',
      'Book {which} for {names}.',
      'I take {which}, please. It is for {names}.',
    ],
    heldOut: [
      'We want {which}, {class} class, for {names}.',
      'Reserve {which} in {class} class. The travellers are {names}.',
      'Then book {which}, travelling: {names}.',
    ],
  },
  assistant: {
    train: ['Your flight is booked.', 'Done, the tickets are yours.'],
    heldOut: ['That flight is yours now.', 'The tickets are booked.'],
  },
  ask: ({ draw, chosen: [flight] }) => {
    const people = draw.several(draw.count(1, 2), GIVEN_NAMES);
    const names = people.map((given) => `${given} ${draw.one(FAMILY_NAMES)}`);
    const asked = draw.random.pick(['economy', 'premium', 'business']);
    const given = {
      id: found(flight?.['id']),
      class: draw.chance(0.3) ? assumed('economy') : said(asked),
      names: said(names),
    };
    return [given];
  },
};

const holdFlight: Step<Travel> = {
  name: 'hold flight',
  tool: 'HoldFlight',
  refersTo: { listing: 'flights', records: 1 },
  user: {
    train: [
      'Hold {which} for {hours} hours, please.',
      'Can you keep {which} open for {hours} hours?',
      'Please put {which} on hold. {hours} hours are enough.',
      'Could you hold {which}? I need {hours} hours to decide.',
    ],
    heldOut: ['Please keep {which} on hold for {hours} hours.', 'Hold {which}, {hours} hours.'],
  },
  assistant: {
    train: ['It is on hold.', 'I keep it open for you.'],
    heldOut: ['It is held for you.', 'Fine, it stays open.'],
  },
  ask: ({ draw, chosen: [flight] }) => {
    const given = { id: found(flight?.['id']), hours: said(draw.number(2, 72)) };
    return [given];
  },
};

const holdTwoFlights: Step<Travel> = {
  name: 'hold two flights',
  tool: 'HoldFlight',
  refersTo: { listing: 'flights', records: 2 },
  user: {
    train: [
      'Hold both {which} for {hours} hours, please.',
      'I cannot decide. Keep {which} open for {hours} hours.',
    ],
    heldOut: ['Please keep both {which} on hold for {hours} hours.'],
  },
  assistant: {
    train: ['Both are on hold.', 'I keep the two of them open.'],
    heldOut: ['Both of them are held for you.'],
  },
  ask: ({ draw, chosen }) => {
    const hours = said(draw.number(2, 72));
    return chosen.map((flight) => {
      return { id: found(flight['id']), hours };
    });
  },
};

const searchHotels: Step<Travel> = {
  name: 'search hotels',
  tool: 'SearchHotels',
  gives: 'hotels',
  user: {
    train: [
      'I need a hotel in {city} from {date} for {nights} nights.',
      'Which hotels in {city} have a room on {date} for {nights} nights?',
      'Please find a hotel in {city}. I arrive on {date} and stay {nights} nights.',
      'We are staying in {city} for {nights} nights from {date}. What hotels are there?',
      'I want to stay {nights} nights in {city}, arriving on {date}.',
      'Look for a hotel in {city} for {nights} nights. We arrive on {date}.',
    ],
    heldOut: [
      'I am looking for a hotel in {city}, {nights} nights from {date}.',
      'Find us a hotel in {city} on {date} for {nights} nights.',
    ],
  },
  assistant: {
    train: ['These hotels have a room. Which one do you like?', 'Here are the hotels.'],
    heldOut: ['I found some hotels with a room.', 'Several hotels are free. Which one?'],
  },
  ask: ({ state, draw, sayDay }) => {
    const { city, date } = draw.random.pick(state.towns);
    const nights = said(draw.number(2, 14));
    const given = { city: said(city), date: sayDay(date, 'iso'), nights };
    return [given];
  },
};

const bookHotel: Step<Travel> = {
  name: 'book hotel',
  tool: 'BookHotel',
  refersTo: { listing: 'hotels', records: 1 },
  user: {
    train: [
      'Book {which} for {guests} people {breakfast}.',
      'I take {which}, {guests} guests, {breakfast}.',
      'Please book {which} for {guests} guests.',
      'Let us stay at {which}. There are {guests} people.',
      'Reserve {which} for the {guests} of us {breakfast}.',
    ],
    heldOut: [
      'We choose {which} {breakfast}, for {guests} guests.',
      'Please reserve {which} for {guests} people.',
    ],
  },
  assistant: {
    train: ['The room is booked.', 'Done, they expect you.'],
    heldOut: ['Your room is reserved.', 'Good, the room is yours.'],
  },
  ask: ({ draw, chosen: [hotel] }) => {
    const breakfast = draw.chance(0.5) ? said(true, 'with breakfast') : assumed(false);
    const given = { id: found(hotel?.['id']), guests: said(draw.number(2, 9)), breakfast };
    return [given];
  },
};

const watchPrice: Step<Travel> = {
  name: 'watch price',
  tool: 'WatchPrice',
  user: {
    train: [
      'Tell me when a flight from {from} to {to} costs less than {amount} euros.',
      'Watch the price from {from} to {to} for me. My limit is {amount} euros.',
      'Let me know if flying from {from} to {to} gets cheaper than {amount} euros.',
      'I pay at most {amount} euros to fly from {from} to {to}. Watch it for me.',
    ],
    heldOut: [
      'I want to know when flights from {from} to {to} are below {amount} euros.',
      'Watch flights to {to} from {from}, at most {amount} euros.',
    ],
  },
  assistant: {
    train: ['I keep an eye on the price.', 'You get a message when it happens.'],
    heldOut: ['I am watching it.', 'You will hear from me.'],
  },
  ask: ({ draw }) => {
    const [from = '', to = ''] = draw.several(2, CITIES);
    const given = { from: said(from), to: said(to), amount: said(draw.number(40, 400)) };
    return [given];
  },
};

export const travel: DomainDefinition<Travel> = {
  name: 'travel',
  owner: 'a travel agency',
  tools: travelTools,
  createState: createTravel,
  steps: [
    searchFlights,
    bookFlight,
    holdFlight,
    holdTwoFlights,
    searchHotels,
    bookHotel,
    watchPrice,
  ],
  references: {
    flights: [
      {
        field: 'time',
        user: {
          train: ['the flight at {value}', 'the one at {value}', 'the {value} departure'],
          heldOut: ['the {value} flight', 'the one leaving at {value}'],
        },
      },
      {
        field: 'airline',
        user: {
          train: ['the {value} plane', 'the one with {value}'],
          heldOut: ['the flight with {value}', 'the one by {value}'],
        },
      },
      {
        field: 'price',
        extreme: 'lowest',
        user: { train: ['the cheapest flight', 'the cheapest one'], heldOut: ['the cheapest'] },
      },
      {
        field: 'time',
        extreme: 'highest',
        user: { train: ['the last flight', 'the latest one'], heldOut: ['the latest flight'] },
      },
    ],
    hotels: [
      {
        field: 'name',
        user: {
          train: ['the {value} hotel', 'the one called {value}', 'the {value}'],
          heldOut: ['the hotel called {value}', 'the one named {value}'],
        },
      },
      {
        field: 'area',
        user: {
          train: ['the hotel in {value}', 'the one in {value}'],
          heldOut: ['the hotel at {value}', 'the one over in {value}'],
        },
      },
      {
        field: 'price',
        extreme: 'lowest',
        user: { train: ['the cheapest hotel', 'the cheapest one'], heldOut: ['the cheapest'] },
      },
    ],
  },
};
