import type { Json } from '../../contract/dialogue.ts';
import { formatDay, parseDay } from '../days.ts';
import type { Clocked } from '../domain.ts';
import type { Draw } from '../draw.ts';
import { deriveId } from '../ids.ts';
import { BANKS, CITIES, FAMILY_NAMES, GIVEN_NAMES, MERCHANTS } from '../pools.ts';
import type { BuiltinSettings } from '../settings.ts';
import { tabulate } from '../tabulate.ts';
import { defineTool, integer, oneOf, text } from '../tool.ts';

/**
 * A bank: days are DD/MM/YYYY, amounts are decimal strings, and an `id` is never a row's `id`: a
 * payment is known by its reference, a payee by the account.
 */
export interface Banking extends Clocked {
  statements: { from: string; date: string; payments: Payment[] }[];
  families: { name: string; payees: Payee[] }[];
  orders: Record<string, Json>;
  /** By reference. */
  marks: Record<string, Json>;
}

type Payment = { id: number; merchant: string; date: string; amount: string; reference: number };
type Payee = { id: number; name: string; bank: string; city: string; account: string };

export const ACCOUNTS = ['checking', 'savings', 'joint'] as const;
export const DISPUTE_REASONS = ['fraud', 'duplicate', 'mistake'] as const;
export const CARD_REASONS = ['lost', 'stolen', 'damaged'] as const;
const SLASHED_DAY = '^\\d{2}/\\d{2}/\\d{4}$';
const MONEY = '^\\d+\\.\\d{2}$';

export function createBanking(draw: Draw, { candidates }: BuiltinSettings, base: Clocked): Banking {
  const amount = (): number => draw.count(candidates.min, candidates.max);
  const statements = draw.random.shuffle(ACCOUNTS).map((from) => {
    const first = draw.dayAfter(0, base.today - 14);
    const payments = createPayments(draw, amount(), first, base.today);
    return { from, date: formatDay(first, 'slashes'), payments };
  });
  const families = draw.several(2, FAMILY_NAMES).map((name) => {
    return { name, payees: createPayees(draw, amount(), name) };
  });
  return { ...base, statements, families, orders: {}, marks: {} };
}

function createPayments(draw: Draw, amount: number, first: number, today: number): Payment[] {
  const days = Array.from({ length: amount }, () => draw.dayAfter(first, today - first));
  return tabulate({
    id: days.map((_, index) => index + 1),
    merchant: draw.several(amount, MERCHANTS),
    date: days.toSorted((a, b) => a - b).map((day) => formatDay(day, 'slashes')),
    amount: drawMoney(draw, amount),
    reference: draw.ids(amount, 10_000, 99_999),
  });
}

function createPayees(draw: Draw, amount: number, family: string): Payee[] {
  const names = draw.several(amount, GIVEN_NAMES).map((given) => `${given} ${family}`);
  return tabulate({
    id: names.map((_, index) => index + 1),
    name: names,
    bank: draw.several(amount, BANKS),
    city: draw.several(amount, CITIES),
    account: draw.ids(amount, 1000, 9999).map((number) => `AC${number}`),
  });
}

/** Amounts such as 48.50. */
export function drawMoney(draw: Draw, amount: number): string[] {
  return draw.numbers(amount, 3, 950).map((whole) => {
    return `${whole}.${draw.random.pick(['00', '20', '25', '50', '75', '90'])}`;
  });
}

const dayParameter = (description: string) => text(`${description} as DD/MM/YYYY`, SLASHED_DAY);
const money = text('amount with two decimals, e.g. 48.50', MONEY);
const reference = integer("the payment's reference, as ListPayments answers it");

function mark(state: Banking, id: number, entry: Record<string, Json>) {
  const known = state.statements.some(({ payments }) => {
    return payments.some((payment) => payment.reference === id);
  });
  if (!known) return { error: `no payment has the reference ${id}; ListPayments answers them` };
  const before = state.marks[id];
  const marks = { ...state.marks, [id]: { ...(isObject(before) ? before : {}), ...entry } };
  return { state: { ...state, marks }, result: { reference: id, ...entry } };
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function order(state: Banking, prefix: string, entry: Record<string, Json>) {
  const id = deriveId(state.seed, prefix, entry);
  const orders = { ...state.orders, [id]: entry };
  return { state: { ...state, orders }, result: { order: id, status: 'accepted' } };
}

export const bankingTools = [
  defineTool(
    'ListPayments',
    'Lists the payments made from an account since a day.',
    { from: oneOf('account', ACCOUNTS), date: dayParameter('first day') },
    (state: Banking, { from, date }) => {
      const since = parseDay(date, 'slashes');
      if (since === undefined) return { error: `'date' ${date} is no day of 2026` };
      if (since > state.today) return { error: `'date' ${date} has not come yet` };
      const statement = state.statements.find((candidate) => candidate.from === from);
      const payments = (statement?.payments ?? []).filter((payment) => {
        return (parseDay(payment.date, 'slashes') ?? 0) >= since;
      });
      return { state, result: { payments } };
    },
  ),
  defineTool(
    'DisputePayment',
    'Asks for a payment back.',
    { id: reference, reason: oneOf('why', DISPUTE_REASONS) },
    (state: Banking, { id, reason }) => mark(state, id, { status: 'disputed', reason }),
  ),
  defineTool(
    'LabelPayment',
    'Labels a payment for the yearly accounts.',
    { id: reference, status: oneOf('label', ['private', 'business', 'shared']) },
    (state: Banking, { id, status }) => mark(state, id, { label: status }),
  ),
  defineTool(
    'FindPayees',
    'Lists the known payees of a family name.',
    { name: text('family name') },
    (state: Banking, { name }) => {
      const family = state.families.find((candidate) => candidate.name === name);
      return { state, result: { payees: family?.payees ?? [] } };
    },
  ),
  defineTool(
    'SendMoney',
    'Sends money to a payee.',
    {
      to: text("the payee's account, as FindPayees answers it", '^AC\\d+$'),
      amount: money,
      date: dayParameter('day of the transfer'),
      from: oneOf("account to pay from; 'checking' unless said otherwise", ACCOUNTS),
    },
    (state: Banking, given) => {
      const known = state.families.some(({ payees }) => {
        return payees.some(({ account }) => account === given.to);
      });
      if (!known)
        return { error: `no payee has the account '${given.to}'; FindPayees answers them` };
      const day = parseDay(given.date, 'slashes');
      if (day === undefined || day < state.today) {
        return { error: `'date' ${given.date} must be a day of 2026 from today on` };
      }
      return order(state, 'PO', given);
    },
  ),
  defineTool(
    'BlockCard',
    'Blocks a card for good.',
    { id: text('last four digits of the card', '^\\d{4}$'), reason: oneOf('why', CARD_REASONS) },
    (state: Banking, given) => order(state, 'CB', { block: given.id, reason: given.reason }),
  ),
];
