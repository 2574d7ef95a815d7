import type { Json } from '../../contract/dialogue.ts';
import { formatDay, formatTime, parseDay } from '../days.ts';
import type { Clocked } from '../domain.ts';
import type { Draw } from '../draw.ts';
import { deriveId } from '../ids.ts';
import { CITIES, FAMILY_NAMES, LANGUAGES, SPECIALTIES, STREETS } from '../pools.ts';
import type { BuiltinSettings } from '../settings.ts';
import { tabulate } from '../tabulate.ts';
import { defineTool, flag, integer, oneOf, text } from '../tool.ts';

/** A group of clinics: days are like 5 March, hours like 2:30 PM, and an `id` is a row's `code`. */
export interface Clinic extends Clocked {
  practices: { specialty: string; city: string; doctors: Doctor[] }[];
  /** By the doctor's code. */
  rosters: Record<string, { date: string; slots: Slot[] }>;
  visits: Record<string, Json>;
  orders: Record<string, Json>;
}

type Doctor = { id: string; name: string; street: string; language: string; code: string };
type Slot = { id: string; room: number; time: string; code: string };

export const CANCEL_REASONS = ['travel', 'recovered', 'other'] as const;
const LONG_DAY = '^\\d{1,2} [A-Z][a-z]+$';

export function createClinic(draw: Draw, { candidates }: BuiltinSettings, base: Clocked): Clinic {
  const amount = (): number => draw.count(candidates.min, candidates.max);
  const practices = draw.several(2, SPECIALTIES).map((specialty) => {
    return { specialty, city: draw.one(CITIES), doctors: createDoctors(draw, amount()) };
  });
  const doctors = practices.flatMap((practice) => practice.doctors);
  const rosters = doctors.map(({ code }) => {
    const date = formatDay(draw.dayAfter(base.today, 60), 'day-first');
    return [code, { date, slots: createSlots(draw, amount()) }] as const;
  });
  return { ...base, practices, rosters: Object.fromEntries(rosters), visits: {}, orders: {} };
}

function createDoctors(draw: Draw, amount: number): Doctor[] {
  return tabulate({
    id: draw.ids(amount, 100, 999).map((number) => `ST${number}`),
    language: draw.several(amount, LANGUAGES),
    street: draw.several(amount, STREETS),
    name: draw.several(amount, FAMILY_NAMES).map((family) => `Dr. ${family}`),
    code: draw.ids(amount, 1000, 9999).map((number) => `D${number}`),
  });
}

function createSlots(draw: Draw, amount: number): Slot[] {
  return tabulate({
    id: draw.ids(amount, 10_000, 99_999).map((number) => `SL${number}`),
    room: draw.ids(amount, 100, 999),
    time: draw.numbers(amount, 32, 76).map((quarters) => formatTime(quarters * 15, 'twelve-hours')),
    code: draw.ids(amount, 10_000, 99_999).map((number) => `T${number}`),
  });
}

function book(state: Clinic, entry: Record<string, Json>) {
  const id = deriveId(state.seed, 'VS', entry);
  const visits = { ...state.visits, [id]: entry };
  return { state: { ...state, visits }, result: { visit: id, status: 'booked' } };
}

function order(state: Clinic, kind: string, entry: Record<string, Json>) {
  const id = deriveId(state.seed, 'CO', { kind, ...entry });
  const orders = { ...state.orders, [id]: { kind, ...entry } };
  return { state: { ...state, orders }, result: { order: id, status: 'open' } };
}

const doctorCode = text("the doctor's code, as FindDoctors answers it", '^D\\d+$');

function refuseDoctor(state: Clinic, id: string): string | undefined {
  if (Object.hasOwn(state.rosters, id)) return undefined;
  return `no doctor has the code '${id}'; FindDoctors answers codes like D1234`;
}

export const clinicTools = [
  defineTool(
    'FindDoctors',
    'Lists the doctors of a specialty in a city.',
    { specialty: text('specialty, e.g. cardiology'), city: text('city of the practice') },
    (state: Clinic, { specialty, city }) => {
      const practice = state.practices.find((candidate) => {
        return candidate.specialty === specialty && candidate.city === city;
      });
      return { state, result: { doctors: practice?.doctors ?? [] } };
    },
  ),
  defineTool(
    'ListSlots',
    'Lists the free hours of a doctor on a day.',
    { id: doctorCode, date: text('day, like 5 March', LONG_DAY) },
    (state: Clinic, { id, date }) => {
      const error = refuseDoctor(state, id);
      if (error !== undefined) return { error };
      if (parseDay(date, 'day-first') === undefined) {
        return { error: `'date' ${date} is no day of 2026` };
      }
      const roster = state.rosters[id];
      return { state, result: { slots: roster?.date === date ? roster.slots : [] } };
    },
  ),
  defineTool(
    'BookVisit',
    'Books a free hour for a patient.',
    {
      id: text("the free hour's code, as ListSlots answers it", '^T\\d+$'),
      name: text("patient's full name"),
      urgent: flag('whether it is urgent; false unless said so'),
    },
    (state: Clinic, given) => {
      const known = Object.values(state.rosters).some(({ slots }) => {
        return slots.some(({ code }) => code === given.id);
      });
      if (known) return book(state, given);
      return { error: `no free hour has the code '${given.id}'; ListSlots answers them` };
    },
  ),
  defineTool(
    'MessageDoctor',
    'Leaves a message with a doctor, who calls back.',
    { id: doctorCode, time: text('hour to call back, like 2:30 PM', '^\\d{1,2}:\\d{2} [AP]M$') },
    (state: Clinic, given) => {
      const error = refuseDoctor(state, given.id);
      return error === undefined ? order(state, 'call', given) : { error };
    },
  ),
  defineTool(
    'OrderMedicine',
    'Orders medicine that a patient takes regularly.',
    {
      name: text('name of the medicine'),
      amount: integer('how many tablets'),
      date: text('day it is needed, like 5 March', LONG_DAY),
    },
    (state: Clinic, given) => {
      const day = parseDay(given.date, 'day-first');
      if (day !== undefined && day >= state.today) return order(state, 'medicine', given);
      return { error: `'date' ${given.date} must be a day of 2026 from today on` };
    },
  ),
  defineTool(
    'CancelVisit',
    'Cancels a visit booked before.',
    { id: text('number of the visit', '^V-\\d+$'), reason: oneOf('why', CANCEL_REASONS) },
    (state: Clinic, given) => order(state, 'cancellation', given),
  ),
];
