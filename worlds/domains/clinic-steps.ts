import { formatDay } from '../days.ts';
import type { DomainDefinition, Step } from '../domain.ts';
import { FAMILY_NAMES, GIVEN_NAMES, MEDICINES } from '../pools.ts';
import { assumed, found, said } from '../sourced.ts';
import { CANCEL_REASONS, clinicTools, createClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';

const findDoctors: Step<Clinic> = {
  name: 'find doctors',
  tool: 'FindDoctors',
  gives: 'doctors',
  user: {
    train: [
      'I need a doctor for {specialty} in {city}.',
      'Who does {specialty} in {city}?',
      'Find me someone for {specialty}. I live in {city}.',
      'Which doctors in {city} do {specialty}?',
      'I am in {city} and need someone for {specialty}.',
    ],
    heldOut: [
      'I am looking for {specialty} in {city}.',
      'Is there a doctor for {specialty} in {city}?',
    ],
  },
  assistant: {
    train: ['These doctors are near you.', 'Here they are. Whom would you like to see?'],
    heldOut: ['I found several doctors.', 'There are a few. Which one?'],
  },
  ask: ({ state, draw }) => {
    const { specialty, city } = draw.random.pick(state.practices);
    return [{ specialty: said(specialty), city: said(city) }];
  },
};

const listSlots: Step<Clinic> = {
  name: 'list slots',
  tool: 'ListSlots',
  refersTo: { listing: 'doctors', records: 1 },
  gives: 'slots',
  user: {
    train: [
      'When is {which} free on {date}?',
      'I want to see {which} on {date}.',
      'What does {which} have on {date}?',
      'Please check {date} for {which}.',
      'I would like to come to {which} on {date}.',
      'Could I see {which} on {date}?',
    ],
    heldOut: ['Is {which} free on {date}?', 'I would like to see {which}, on {date}.'],
  },
  assistant: {
    train: ['These hours are free.', 'Here are the free hours. Which one suits you?'],
    heldOut: ['There are some free hours.', 'You can choose one of these.'],
  },
  ask: ({ state, chosen: [doctor], sayDay }) => {
    const date = state.rosters[String(doctor?.['code'])]?.date ?? '';
    const given = { id: found(doctor?.['code']), date: sayDay(date, 'day-first') };
    return [given];
  },
};

const bookVisit: Step<Clinic> = {
  name: 'book visit',
  tool: 'BookVisit',
  refersTo: { listing: 'slots', records: 1 },
  user: {
    train: [
      'Book {which} for {name}.',
      'I take {which}. The patient is {name} and it is {urgent}.',
      'Please book {which}, the patient is {name}.',
      'Put {name} down for {which}, it is {urgent}.',
    ],
    heldOut: [
      'Please book {which} for the patient {name}.',
      'We take {which} for {name}. It is {urgent}.',
    ],
  },
  assistant: {
    train: ['The visit is booked.', 'They expect you then.'],
    heldOut: ['You have your visit.', 'That hour is yours.'],
  },
  ask: ({ draw, chosen: [slot] }) => {
    const name = said(`${draw.one(GIVEN_NAMES)} ${draw.one(FAMILY_NAMES)}`);
    const urgent = draw.chance(0.4) ? said(true, 'urgent') : assumed(false);
    return [{ id: found(slot?.['code']), name, urgent }];
  },
};

const messageDoctor: Step<Clinic> = {
  name: 'message doctor',
  tool: 'MessageDoctor',
  refersTo: { listing: 'doctors', records: 1 },
  user: {
    train: [
      'Ask {which} to call me at {time}.',
      'I want {which} to call back at {time}.',
      'At {time} I could talk to {which}. Leave a message, please.',
      'Please tell {which} to call me, best at {time}.',
    ],
    heldOut: ['Please let {which} call me at {time}.', 'Ask {which} for a call at {time}.'],
  },
  assistant: {
    train: ['I have left a message.', 'You will be called.'],
    heldOut: ['The message is there.', 'Expect a call.'],
  },
  ask: ({ draw, chosen: [doctor], sayTime }) => {
    const time = sayTime(draw.number(32, 76) * 15, 'twelve-hours');
    return [{ id: found(doctor?.['code']), time }];
  },
};

const messageDoctors: Step<Clinic> = {
  name: 'message two doctors',
  tool: 'MessageDoctor',
  refersTo: { listing: 'doctors', records: 2 },
  user: {
    train: [
      'Ask both {which} to call me at {time}.',
      'I want two doctors to call back at {time}: {which}.',
    ],
    heldOut: ['Please let both {which} call me at {time}.'],
  },
  assistant: {
    train: ['I have left both messages.', 'Both of them will call.'],
    heldOut: ['Both messages are there.'],
  },
  ask: ({ draw, chosen, sayTime }) => {
    const time = sayTime(draw.number(32, 76) * 15, 'twelve-hours');
    return chosen.map((doctor) => {
      return { id: found(doctor['code']), time };
    });
  },
};

const orderMedicine: Step<Clinic> = {
  name: 'order medicine',
  tool: 'OrderMedicine',
  user: {
    train: [
      'I need {amount} tablets of {name} by {date}.',
      'Order {amount} {name} for me, I need them on {date}.',
      'Please order {name}, {amount} tablets, for {date}.',
      'I run out of {name} on {date} and need {amount} tablets.',
    ],
    heldOut: [
      'On {date} I run out of {name}. Order {amount} tablets.',
      'Please order {amount} tablets of {name} for {date}.',
    ],
  },
  assistant: {
    train: ['The medicine is ordered.', 'It will be ready for you.'],
    heldOut: ['I have ordered it.', 'You will have it in time.'],
  },
  ask: ({ state, draw, sayDay }) => {
    const date = formatDay(draw.dayAfter(state.today, 60), 'day-first');
    const given = {
      name: said(draw.one(MEDICINES)),
      amount: said(draw.number(10, 120)),
      date: sayDay(date, 'day-first'),
    };
    return [given];
  },
};

const cancelVisit: Step<Clinic> = {
  name: 'cancel visit',
  tool: 'CancelVisit',
  user: {
    train: [
      'Cancel my visit {id}, reason {reason}.',
      'I cannot come to {id}. Reason: {reason}.',
      'Please cancel {id}. It is because of {reason}.',
      'My visit {id} has to be cancelled: {reason}.',
    ],
    heldOut: ['Please cancel my visit {id}, the reason is {reason}.', 'Cancel {id}: {reason}.'],
  },
  assistant: {
    train: ['The visit is cancelled.', 'I have told them.'],
    heldOut: ['That visit is off.'],
  },
  ask: ({ draw }) => {
    const reason = said(draw.random.pick(CANCEL_REASONS));
    const id = said(`V-${draw.number(1000, 9999)}`);
    return [{ id, reason }];
  },
};

export const clinic: DomainDefinition<Clinic> = {
  name: 'clinic',
  owner: 'a group of clinics',
  tools: clinicTools,
  createState: createClinic,
  steps: [
    findDoctors,
    listSlots,
    bookVisit,
    messageDoctor,
    messageDoctors,
    orderMedicine,
    cancelVisit,
  ],
  references: {
    doctors: [
      {
        field: 'name',
        user: { train: ['{value}', 'our {value}'], heldOut: ['my doctor {value}'] },
      },
      {
        field: 'street',
        user: {
          train: ['the doctor in {value}', 'the one at {value}'],
          heldOut: ['the one over at {value}', 'the doctor at {value}'],
        },
      },
      {
        field: 'language',
        user: {
          train: ['the one who speaks {value}', 'the doctor with {value}'],
          heldOut: ['the doctor who speaks {value}'],
        },
      },
    ],
    slots: [
      {
        field: 'time',
        user: {
          train: ['the {value} one', 'the hour at {value}', '{value}'],
          heldOut: ['the slot at {value}', 'the {value} hour'],
        },
      },
      {
        field: 'room',
        user: {
          train: ['the one in room {value}', 'room {value}'],
          heldOut: ['the hour in room {value}'],
        },
      },
    ],
  },
};
