/**
 * Days of 2026 as numbers (0 is 1 January) and times as minutes of the day, in the ways that tools
 * and people write them.
 */

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
/** 1 January 2026 was a Thursday. */
const FIRST_WEEKDAY = 3;

export const DAYS_IN_YEAR = 365;

/** 2026-03-05; 05/03/2026; Mar 5; 5 March. */
export type DayFormat = 'iso' | 'slashes' | 'month-first' | 'day-first';

export function formatDay(day: number, format: DayFormat): string {
  const { month, date } = monthAndDate(day);
  const name = MONTHS[month] ?? '';
  switch (format) {
    case 'iso':
      return `2026-${twoDigits(month + 1)}-${twoDigits(date)}`;
    case 'slashes':
      return `${twoDigits(date)}/${twoDigits(month + 1)}/2026`;
    case 'month-first':
      return `${name.slice(0, 3)} ${date}`;
    case 'day-first':
      return `${date} ${name}`;
  }
}

export function weekdayOf(day: number): string {
  return WEEKDAYS[(day + FIRST_WEEKDAY) % 7] ?? '';
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function monthAndDate(day: number): { month: number; date: number } {
  let date = day;
  for (const [month, length] of MONTH_LENGTHS.entries()) {
    if (date < length) return { month, date: date + 1 };
    date -= length;
  }
  throw new RangeError(`day ${day} is not in 2026`);
}

/** 14:30; 14.30; 2:30 PM. */
export type TimeFormat = 'colon' | 'dot' | 'twelve-hours';

export function formatTime(minutes: number, format: TimeFormat): string {
  const hour = Math.floor(minutes / 60);
  const past = twoDigits(minutes % 60);
  switch (format) {
    case 'colon':
      return `${twoDigits(hour)}:${past}`;
    case 'dot':
      return `${twoDigits(hour)}.${past}`;
    case 'twelve-hours':
      return `${hour % 12 === 0 ? 12 : hour % 12}:${past} ${hour < 12 ? 'AM' : 'PM'}`;
  }
}

const daysByText = new Map<DayFormat, Map<string, number>>();

/** The day that a text names in a format; undefined when there is no such day. */
export function parseDay(text: string, format: DayFormat): number | undefined {
  const known = daysByText.get(format) ?? listDays(format);
  daysByText.set(format, known);
  return known.get(text);
}

function listDays(format: DayFormat): Map<string, number> {
  const days = Array.from({ length: DAYS_IN_YEAR }, (_, day) => day);
  return new Map(days.map((day) => [formatDay(day, format), day]));
}
