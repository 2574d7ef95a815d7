import type { Json } from '../../contract/dialogue.ts';
import { formatDay, parseDay } from '../days.ts';
import type { Clocked } from '../domain.ts';
import type { Draw } from '../draw.ts';
import { deriveId } from '../ids.ts';
import { BRANCHES, FAMILY_NAMES, GIVEN_NAMES, TITLES } from '../pools.ts';
import type { BuiltinSettings } from '../settings.ts';
import { tabulate } from '../tabulate.ts';
import { defineTool, integer, listOf, oneOf, text } from '../tool.ts';

/**
 * A public library: days are like Mar 5, hours like 14.30, and every `id` is a barcode or a card's
 * number.
 */
export interface Library extends Clocked {
  shelves: { name: string; books: Book[] }[];
  cards: { id: string; status: (typeof LOAN_STATUSES)[number]; loans: Loan[] }[];
  orders: Record<string, Json>;
  /** Weeks by barcode. */
  renewals: Record<string, number>;
}

type Book = { id: number; title: string; year: number; branch: string; barcode: string };
type Loan = { id: number; title: string; date: string; branch: string; barcode: string };

export const LOAN_STATUSES = ['active', 'overdue'] as const;
const SHORT_DAY = '^[A-Z][a-z]{2} \\d{1,2}$';
const BARCODE = '^\\d{5}-B$';

export function createLibrary(draw: Draw, { candidates }: BuiltinSettings, base: Clocked): Library {
  const amount = (): number => draw.count(candidates.min, candidates.max);
  const shelves = draw.several(2, FAMILY_NAMES).map((family) => {
    return { name: `${draw.one(GIVEN_NAMES)} ${family}`, books: createBooks(draw, amount()) };
  });
  const [card] = draw.ids(1, 1000, 9999);
  const cards = LOAN_STATUSES.map((status) => {
    const after = status === 'active' ? base.today : 0;
    const within = status === 'active' ? 60 : base.today - 1;
    return { id: `M-${card}`, status, loans: createLoans(draw, amount(), after, within) };
  });
  return { ...base, shelves, cards, orders: {}, renewals: {} };
}

function createBooks(draw: Draw, amount: number): Book[] {
  return tabulate({
    id: draw.ids(amount, 100, 999),
    title: draw.several(amount, TITLES),
    year: draw.numbers(amount, 1950, 2025),
    branch: draw.several(amount, BRANCHES),
    barcode: drawBarcodes(draw, amount),
  });
}

function createLoans(draw: Draw, amount: number, after: number, within: number): Loan[] {
  return tabulate({
    id: draw.ids(amount, 100, 999),
    title: draw.several(amount, TITLES),
    date: Array.from({ length: amount }, () =>
      formatDay(draw.dayAfter(after, within), 'month-first'),
    ),
    branch: draw.several(amount, BRANCHES),
    barcode: drawBarcodes(draw, amount),
  });
}

function drawBarcodes(draw: Draw, amount: number): string[] {
  return draw.ids(amount, 10_000, 99_999).map((number) => `${number}-B`);
}

function order(state: Library, kind: string, entry: Record<string, Json>) {
  const id = deriveId(state.seed, 'LO', { kind, ...entry });
  const orders = { ...state.orders, [id]: { kind, ...entry } };
  return { state: { ...state, orders }, result: { order: id, status: 'received' } };
}

function renew(state: Library, barcodes: readonly string[], weeks: number) {
  const loans = state.cards.flatMap((card) => card.loans.map((loan) => loan.barcode));
  const stranger = barcodes.find((barcode) => !loans.includes(barcode));
  if (stranger !== undefined) {
    return { error: `no loan has the barcode '${stranger}'; ListLoans answers barcodes` };
  }
  if (weeks < 1 || weeks > 12) return { error: "'weeks' must be 1 to 12" };
  const renewed = Object.fromEntries(barcodes.map((barcode) => [barcode, weeks]));
  const renewals = { ...state.renewals, ...renewed };
  return { state: { ...state, renewals }, result: { status: 'renewed', weeks } };
}

const barcode = (answeredBy: string) => text(`barcode, as ${answeredBy} answers it`, BARCODE);
const weeksParameter = integer('how many weeks longer, 1 to 12');

export const libraryTools = [
  defineTool(
    'FindBooks',
    'Lists the books of an author that are in.',
    { name: text("author's full name") },
    (state: Library, { name }) => {
      const shelf = state.shelves.find((candidate) => candidate.name === name);
      return { state, result: { books: shelf?.books ?? [] } };
    },
  ),
  defineTool(
    'ReserveBook',
    'Sends a book to a branch, where it waits for the reader.',
    {
      id: barcode('FindBooks'),
      to: text('name of the branch to fetch it from'),
      date: text('day it is fetched, like Mar 5', SHORT_DAY),
    },
    (state: Library, given) => {
      const known = state.shelves.some(({ books }) => {
        return books.some((book) => book.barcode === given.id);
      });
      if (!known) return { error: `no book has the barcode '${given.id}'; FindBooks answers them` };
      const day = parseDay(given.date, 'month-first');
      if (day !== undefined && day >= state.today) return order(state, 'reservation', given);
      return { error: `'date' ${given.date} must be a day of 2026 from today on` };
    },
  ),
  defineTool(
    'ListLoans',
    "Lists a reader's loans.",
    {
      id: text("number of the reader's card", '^M-\\d{4}$'),
      status: oneOf("which loans; 'active' unless asked otherwise", LOAN_STATUSES),
    },
    (state: Library, { id, status }) => {
      const mine = state.cards.filter((card) => card.id === id);
      if (mine.length === 0) return { error: `no card has the number '${id}'` };
      const loans = mine.find((card) => card.status === status)?.loans ?? [];
      return { state, result: { loans } };
    },
  ),
  defineTool(
    'RenewLoan',
    'Lets the reader keep a book longer.',
    { id: barcode('ListLoans'), weeks: weeksParameter },
    (state: Library, { id, weeks }) => renew(state, [id], weeks),
  ),
  defineTool(
    'RenewLoans',
    'Lets the reader keep several books longer.',
    { ids: listOf('barcodes', barcode('ListLoans')), weeks: weeksParameter },
    (state: Library, { ids, weeks }) => renew(state, ids, weeks),
  ),
  defineTool(
    'ReserveRoom',
    'Reserves a reading room.',
    {
      date: text('day, like Mar 5', SHORT_DAY),
      time: text('hour of arrival, like 14.30', '^\\d{2}\\.\\d{2}$'),
      people: integer('how many people'),
    },
    (state: Library, given) => {
      const day = parseDay(given.date, 'month-first');
      if (day !== undefined && day >= state.today) return order(state, 'room', given);
      return { error: `'date' ${given.date} must be a day of 2026 from today on` };
    },
  ),
];
