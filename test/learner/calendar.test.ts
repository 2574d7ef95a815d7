import { expect, test } from 'vitest';
import { findDays, findNow, findTimes } from '../../learner/calendar.ts';

const now = { year: 2023, today: { year: 2023, month: 2, date: 28 } };

const isoDays = (text: string): (string | undefined)[] => {
  return findDays(text, now).map(({ forms }) => forms['iso-day']);
};
const fullTimes = (text: string): (string | undefined)[] => {
  return findTimes(text).map(({ forms }) => forms['full-time']);
};

test.each([
  ['on March 5th, 2022', '2022-03-05'],
  ['on Mar 5', '2023-03-05'],
  ['on 5 March', '2023-03-05'],
  ['the 5th of March', '2023-03-05'],
  ['on 05/03/2021', '2021-03-05'],
  ['on 2021-03-05', '2021-03-05'],
  ['today', '2023-02-28'],
  ['tomorrow', '2023-03-01'],
])('%s is %s', (text, day) => {
  expect(isoDays(text)).toEqual([day]);
});

test.each(['on February 30th', 'on 31/13/2023', 'maybe later'])('%s is no day', (text) => {
  expect(isoDays(text)).toEqual([]);
});

test('without a current year or day nothing is guessed', () => {
  const unknown = { year: undefined, today: undefined };
  expect(findDays('on March 5th, or tomorrow', unknown)).toEqual([]);
});

test.each([
  ['at 3 pm', '15:00:00'],
  ['at 12 a.m.', '00:00:00'],
  ['at 9:30 AM', '09:30:00'],
  ['at 14:05:09', '14:05:09'],
  ['at noon', '12:00:00'],
])('%s is %s', (text, time) => {
  expect(fullTimes(text)).toEqual([time]);
});

test('hours beyond the day are no times', () => {
  expect(fullTimes('25:10 and 10:75 and 30 am')).toEqual([]);
});

test('a day and a time are written as tools may want them', () => {
  expect(findDays('7 Jun 2026', now)[0]).toEqual({
    at: 0,
    forms: {
      'iso-day': '2026-06-07',
      'slashed-day': '07/06/2026',
      'month-first': 'Jun 7',
      'day-first': '7 June',
      'month-day': '06-07',
    },
  });
  expect(findTimes('2:30 PM')[0]?.forms).toEqual({
    'full-time': '14:30:00',
    'short-time': '14:30',
    'dotted-time': '14.30',
    'half-day-time': '2:30 PM',
  });
});

test('texts say which year and day it is, the latest ones counting', () => {
  expect(findNow(['The current year is 2023.', 'Today is Monday, 2026-02-23. Hello.'])).toEqual({
    year: 2026,
    today: { year: 2026, month: 2, date: 23 },
  });
});
