import { formatDay } from '../days.ts';
import type { DomainDefinition, Step } from '../domain.ts';
import { assumed, found, said } from '../sourced.ts';
import {
  ACCOUNTS,
  bankingTools,
  CARD_REASONS,
  createBanking,
  DISPUTE_REASONS,
  drawMoney,
} from './banking.ts';
import type { Banking } from './banking.ts';

const listPayments: Step<Banking> = {
  name: 'list payments',
  tool: 'ListPayments',
  gives: 'payments',
  user: {
    train: [
      'Show me the payments from my {from} account since {date}.',
      'What did I pay from {from} since {date}?',
      'I need all payments of the {from} account from {date} on.',
      'Since {date}, what went out of my {from} account?',
      'List what I paid since {date} from the {from} account.',
    ],
    heldOut: [
      'Which payments left my {from} account since {date}?',
      'Please list the payments since {date} from {from}.',
      'I want to see the {from} account, all payments since {date}.',
    ],
  },
  assistant: {
    train: ['Here are the payments.', 'This is what was paid. Is one of them wrong?'],
    heldOut: ['These payments were made.', 'That is the list of payments.'],
  },
  ask: ({ state, draw, sayDay }) => {
    const { from, date } = draw.random.pick(state.statements);
    return [{ from: said(from), date: sayDay(date, 'slashes') }];
  },
};

const disputePayment: Step<Banking> = {
  name: 'dispute payment',
  tool: 'DisputePayment',
  refersTo: { listing: 'payments', records: 1 },
  user: {
    train: [
      'I dispute {which}, it is a {reason}.',
      'Ask for {which} back, reason {reason}.',
      'There is something wrong with {which}: {reason}.',
      'I never agreed to {which}. It is a {reason}.',
    ],
    heldOut: [
      'Please dispute {which} as {reason}.',
      'I want my money back for {which}. It is a {reason}.',
    ],
  },
  assistant: {
    train: ['I have asked for the money back.', 'The payment is disputed.'],
    heldOut: ['Your claim is on its way.', 'We look into that payment.'],
  },
  ask: ({ draw, chosen: [payment] }) => {
    const reason = said(draw.random.pick(DISPUTE_REASONS));
    return [{ id: found(payment?.['reference']), reason }];
  },
};

const labelPayments: Step<Banking> = {
  name: 'label two payments',
  tool: 'LabelPayment',
  refersTo: { listing: 'payments', records: 2 },
  user: {
    train: ['Label {which} as {status}.', 'Note that both {which} are {status}.'],
    heldOut: ['Please label both {which} as {status}.'],
  },
  assistant: {
    train: ['Both are labelled.', 'I have noted that for the two.'],
    heldOut: ['Both of them carry the label.'],
  },
  ask: ({ draw, chosen }) => {
    const status = said(draw.random.pick(['private', 'business', 'shared']));
    return chosen.map((payment) => {
      return { id: found(payment['reference']), status };
    });
  },
};

const labelPayment: Step<Banking> = {
  name: 'label payment',
  tool: 'LabelPayment',
  refersTo: { listing: 'payments', records: 1 },
  user: {
    train: [
      'Label {which} as {status}.',
      'Mark {which} as {status}, please.',
      'For my accounts {which} is {status}.',
      'Please note {which} as {status}.',
    ],
    heldOut: ['Please label {which} as {status}.', 'Note that {which} is {status}.'],
  },
  assistant: {
    train: ['It is labelled.', 'I have noted that.'],
    heldOut: ['It carries the label.'],
  },
  ask: ({ draw, chosen: [payment] }) => {
    const status = said(draw.random.pick(['private', 'business', 'shared']));
    return [{ id: found(payment?.['reference']), status }];
  },
};

const findPayees: Step<Banking> = {
  name: 'find payees',
  tool: 'FindPayees',
  gives: 'payees',
  user: {
    train: [
      'I want to pay someone named {name}.',
      'Which payees with the name {name} do I have?',
      'Look up {name} among my payees.',
      'I need the account of somebody called {name}.',
      'Do I have a payee called {name}?',
    ],
    heldOut: ['Find the payees named {name}.', 'I have to send money to someone called {name}.'],
  },
  assistant: {
    train: ['Several people have that name. Whom do you mean?', 'Here are your payees.'],
    heldOut: ['I found more than one. Who is it?', 'These payees have that name.'],
  },
  ask: ({ state, draw }) => {
    const { name } = draw.random.pick(state.families);
    return [{ name: said(name) }];
  },
};

const sendMoney: Step<Banking> = {
  name: 'send money',
  tool: 'SendMoney',
  refersTo: { listing: 'payees', records: 1 },
  user: {
    train: [
      'Send {amount} to {which} on {date} from {from}.',
      'Transfer {amount} pounds to {which} from my {from} account on {date}.',
      'On {date} I want to pay {amount} to {which}.',
      'Send {which} {amount} on {date}, please.',
      'Pay {amount} from {from} to {which}, on {date}.',
    ],
    heldOut: [
      'Please send {amount} pounds to {which} on {date}.',
      'I want to transfer {amount} to {which} on {date} from the {from} account.',
    ],
  },
  assistant: {
    train: ['The transfer is ordered.', 'The money will be sent.'],
    heldOut: ['Your transfer is set up.', 'The order is in.'],
  },
  ask: ({ state, draw, chosen: [payee], sayDay }) => {
    const date = formatDay(draw.dayAfter(state.today, 90), 'slashes');
    const from = draw.chance(0.4) ? assumed('checking') : said(draw.random.pick(ACCOUNTS));
    const [amount = ''] = drawMoney(draw, 1);
    const to = found(payee?.['account']);
    const given = { to, amount: said(amount), date: sayDay(date, 'slashes'), from };
    return [given];
  },
};

const blockCard: Step<Banking> = {
  name: 'block card',
  tool: 'BlockCard',
  user: {
    train: [
      'My card ending in {id} was {reason}. Block it.',
      'Please block the card {id}, it is {reason}.',
      'Card {id} is {reason}, block it at once.',
      'My bank card {id} is {reason}.',
    ],
    heldOut: ['Block my card ending in {id}, it was {reason}.', 'The card {id} is {reason}.'],
  },
  assistant: {
    train: ['The card is blocked.', 'Nobody can use that card any more.'],
    heldOut: ['I have blocked it.', 'That card is closed now.'],
  },
  ask: ({ draw }) => {
    const id = said(String(draw.number(1000, 9999)));
    const reason = said(draw.random.pick(CARD_REASONS));
    return [{ id, reason }];
  },
};

export const banking: DomainDefinition<Banking> = {
  name: 'banking',
  owner: 'a bank',
  tools: bankingTools,
  createState: createBanking,
  steps: [
    listPayments,
    disputePayment,
    labelPayment,
    labelPayments,
    findPayees,
    sendMoney,
    blockCard,
  ],
  references: {
    payments: [
      {
        field: 'merchant',
        user: {
          train: ['the payment to {value}', 'the one to {value}', 'the {value} payment'],
          heldOut: ['what I paid to {value}', 'the payment at {value}'],
        },
      },
      {
        field: 'amount',
        user: {
          train: ['the payment of {value}', 'the one over {value}'],
          heldOut: ['the one of {value}', 'the payment over {value}'],
        },
      },
      {
        field: 'amount',
        extreme: 'highest',
        user: { train: ['the largest payment', 'the highest one'], heldOut: ['the largest one'] },
      },
    ],
    payees: [
      {
        field: 'name',
        user: {
          train: ['{value}', 'my friend {value}', 'my landlord {value}'],
          heldOut: ['my colleague {value}', 'my neighbour {value}'],
        },
      },
      {
        field: 'bank',
        user: {
          train: ['the one at {value}', 'the account with {value}'],
          heldOut: ['the one who banks with {value}', 'the account at {value}'],
        },
      },
      {
        field: 'city',
        user: {
          train: ['the one in {value}', 'the payee from {value}'],
          heldOut: ['the one from {value}', 'the payee in {value}'],
        },
      },
    ],
  },
};
