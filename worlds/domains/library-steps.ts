import { formatDay } from '../days.ts';
import type { DomainDefinition, Reference, Step } from '../domain.ts';
import { BRANCHES } from '../pools.ts';
import { assumed, found, said } from '../sourced.ts';
import { createLibrary, libraryTools } from './library.ts';
import type { Library } from './library.ts';

const findBooks: Step<Library> = {
  name: 'find books',
  tool: 'FindBooks',
  gives: 'books',
  user: {
    train: [
      'Which books by {name} do you have?',
      'I am looking for something by {name}.',
      'Show me everything written by {name}.',
      'Do you have novels by {name}?',
      'Is there anything by {name}?',
      'What do you have by {name}?',
    ],
    heldOut: ['I want to read a book by {name}.', 'What is there by {name}?'],
  },
  assistant: {
    train: ['These are in. Which one would you like?', 'Here is what we have.'],
    heldOut: ['Several of them are in.', 'We have these. Which one?'],
  },
  ask: ({ state, draw }) => {
    const { name } = draw.random.pick(state.shelves);
    return [{ name: said(name) }];
  },
};

const reserveBook: Step<Library> = {
  name: 'reserve book',
  tool: 'ReserveBook',
  refersTo: { listing: 'books', records: 1 },
  user: {
    train: [
      'Reserve {which}. I fetch it at {to} on {date}.',
      'Send {which} to {to}, please. I come on {date}.',
      'I would like {which}. Please have it ready at {to} on {date}.',
      'On {date} I want to fetch {which} at {to}.',
      'Please send me {which}. On {date} I come to {to}.',
    ],
    heldOut: [
      'Please reserve {which} for me, to fetch at {to} on {date}.',
      'I want {which}, sent to {to}, and will come on {date}.',
    ],
  },
  assistant: {
    train: ['It will wait for you there.', 'The book is reserved.'],
    heldOut: ['It is on its way.', 'They will keep it for you.'],
  },
  ask: ({ state, draw, chosen: [book], sayDay }) => {
    const date = formatDay(draw.dayAfter(state.today, 60), 'month-first');
    const to = said(draw.one(BRANCHES));
    const given = { id: found(book?.['barcode']), to, date: sayDay(date, 'month-first') };
    return [given];
  },
};

const listLoans: Step<Library> = {
  name: 'list loans',
  tool: 'ListLoans',
  gives: 'loans',
  user: {
    train: [
      'My card is {id}. What did I borrow?',
      'Show me the {status} loans of card {id}.',
      'I have the card {id}. Which loans are {status}?',
      'What is on my card {id}?',
      'List all {status} loans, please. My card number is {id}.',
    ],
    heldOut: [
      'Which books are on card {id}?',
      'Please look up the {status} loans on my card {id}.',
    ],
  },
  assistant: {
    train: ['These are your loans.', 'Here they are. Do you want to keep one longer?'],
    heldOut: ['That is what you have.', 'You have borrowed these.'],
  },
  ask: ({ state, draw }) => {
    const { id, status } = draw.random.pick(state.cards);
    const silent = status === 'active' && draw.chance(0.6);
    const given = { id: said(id), status: silent ? assumed(status) : said(status) };
    return [given];
  },
};

const renewLoan: Step<Library> = {
  name: 'renew loan',
  tool: 'RenewLoan',
  refersTo: { listing: 'loans', records: 1 },
  user: {
    train: [
      'Renew {which} for {weeks} weeks.',
      'I need {which} for {weeks} more weeks.',
      'Can I keep {which} another {weeks} weeks?',
      'Please let me keep {which}, {weeks} weeks longer.',
    ],
    heldOut: ['Please renew {which}, {weeks} weeks.', 'I want to keep {which} {weeks} more weeks.'],
  },
  assistant: {
    train: ['It is renewed.', 'You can keep it.'],
    heldOut: ['Yes, that is done.', 'Keep it as long as that.'],
  },
  ask: ({ draw, chosen: [loan] }) => {
    const given = { id: found(loan?.['barcode']), weeks: said(draw.number(1, 12)) };
    return [given];
  },
};

const renewLoans: Step<Library> = {
  name: 'renew two loans',
  tool: 'RenewLoans',
  refersTo: { listing: 'loans', records: 2 },
  user: {
    train: [
      'Renew both {which} for {weeks} weeks.',
      'I need two of them, {which}, for {weeks} more weeks.',
    ],
    heldOut: ['Please renew both {which}, {weeks} weeks.'],
  },
  assistant: {
    train: ['Both are renewed.', 'You can keep the two of them.'],
    heldOut: ['Both of them are yours for longer.'],
  },
  ask: ({ draw, chosen }) => {
    const ids = found(chosen.map((loan) => loan['barcode'] ?? ''));
    return [{ ids, weeks: said(draw.number(1, 12)) }];
  },
};

const reserveRoom: Step<Library> = {
  name: 'reserve room',
  tool: 'ReserveRoom',
  user: {
    train: [
      'I need a reading room on {date} at {time} for {people} people.',
      'Reserve a room for {people} people, {date} at {time}.',
      'There will be {people} of us on {date}. Is a room free at {time}?',
      'We are {people} and come on {date} at {time}. Is there a room?',
      'Is there a room at {time} on {date}? We will be {people} people.',
    ],
    heldOut: [
      'Please reserve a room on {date} at {time}. There are {people} people.',
      'We are {people} people and need a room at {time} on {date}.',
    ],
  },
  assistant: {
    train: ['The room is yours.', 'I have reserved a room.'],
    heldOut: ['You have the room.', 'A room is waiting for you.'],
  },
  ask: ({ state, draw, sayDay, sayTime }) => {
    const date = formatDay(draw.dayAfter(state.today, 60), 'month-first');
    const time = sayTime(draw.number(36, 80) * 15, 'dot');
    const people = said(draw.number(2, 20));
    return [{ date: sayDay(date, 'month-first'), time, people }];
  },
};

const byTitle: Reference = {
  field: 'title',
  user: {
    train: ['{value}', 'the one called {value}', 'the book {value}'],
    heldOut: ['the one titled {value}', 'the book called {value}'],
  },
};

const byBranch: Reference = {
  field: 'branch',
  user: {
    train: ['the one at {value}', 'the book from {value}'],
    heldOut: ['the one from {value}', 'the book at {value}'],
  },
};

export const library: DomainDefinition<Library> = {
  name: 'library',
  owner: 'a public library',
  tools: libraryTools,
  createState: createLibrary,
  steps: [findBooks, reserveBook, listLoans, renewLoan, renewLoans, reserveRoom],
  references: {
    books: [
      byTitle,
      byBranch,
      {
        field: 'year',
        extreme: 'highest',
        user: { train: ['the newest one', 'the newest book'], heldOut: ['the newest'] },
      },
      {
        field: 'year',
        extreme: 'lowest',
        user: { train: ['the oldest one', 'the oldest book'], heldOut: ['the oldest'] },
      },
    ],
    loans: [byTitle, byBranch],
  },
};
