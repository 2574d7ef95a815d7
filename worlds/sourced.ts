/** Values of gold arguments with where they come from. */

import type { Json } from '../contract/dialogue.ts';
import { formatDay, formatTime, parseDay } from './days.ts';
import type { DayFormat, TimeFormat } from './days.ts';
import type { Draw } from './draw.ts';

/**
 * Where an argument comes from: `user`, a user turn says it verbatim; `derived`, it follows from
 * what a user turn says; `trace`, only an earlier result holds it; `default`, nobody says it and
 * the tool's description does.
 */
export type Source = 'user' | 'trace' | 'derived' | 'default';

export interface Sourced {
  value: Json;
  source: Source;
  /** How the user says it; absent when the user does not. */
  words?: string;
}

export type SourcedArguments = Record<string, Sourced>;

/** Said by the user, verbatim unless other words are given. */
export function said(value: Json, words?: string): Sourced {
  const spoken = words ?? (Array.isArray(value) ? value.join(' and ') : String(value));
  return { value, source: words === undefined ? 'user' : 'derived', words: spoken };
}

/** Found in an earlier result. */
export function found(value: Json | undefined): Sourced {
  if (value === undefined) throw new TypeError('a record lacks the field that a call needs');
  return { value, source: 'trace' };
}

/** Taken when nobody says otherwise. */
export function assumed(value: Json): Sourced {
  return { value, source: 'default' };
}

/** Says days and times as a tool takes them, or now and then as people also say them. */
export interface Speech {
  sayDay(date: string, format: DayFormat): Sourced;
  /** `minutes` of the day. */
  sayTime(minutes: number, format: TimeFormat): Sourced;
}

export function createSpeech(today: number, derivedShare: number, draw: Draw): Speech {
  return {
    sayDay: (date, format) => {
      const day = parseDay(date, format);
      if (day === undefined) throw new RangeError(`${date} is no day as ${format}`);
      return draw.chance(derivedShare) ? said(date, otherWords(day, today, format)) : said(date);
    },
    sayTime: (minutes, format) => {
      const time = formatTime(minutes, format);
      const other = format === 'twelve-hours' ? 'colon' : 'twelve-hours';
      return draw.chance(derivedShare) ? said(time, formatTime(minutes, other)) : said(time);
    },
  };
}

function otherWords(day: number, today: number, format: DayFormat): string {
  if (day === today) return 'today';
  if (day === today + 1) return 'tomorrow';
  return formatDay(day, format === 'day-first' ? 'month-first' : 'day-first');
}
