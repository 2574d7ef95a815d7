/** Days and times of day in running text, and the ways in which tools write them. */

export interface Day {
  year: number;
  /** 1 to 12. */
  month: number;
  date: number;
}

export interface Mention {
  /** Where in the text it begins. */
  at: number;
  /** As tools may write it, by the name of the format. */
  forms: Record<string, string>;
}

/** What a text leaves unsaid: the year, and which day `today` is. */
export interface Now {
  year: number | undefined;
  today: Day | undefined;
}

const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const MONTH = `(?<name>${MONTHS.map((month) => `${month.slice(0, 3)}(?:${month.slice(3)})?`).join('|')})\\.?`;
const DATE = '(?<date>\\d{1,2})(?:st|nd|rd|th)?';
const YEAR = '(?:,? (?<year>\\d{4}))?';
const DAY_PATTERNS = [
  '(?<year>\\d{4})-(?<month>\\d{1,2})-(?<date>\\d{1,2})',
  '(?<date>\\d{1,2})/(?<month>\\d{1,2})/(?<year>\\d{4})',
  `${MONTH} ${DATE}${YEAR}`,
  `${DATE} (?:of )?${MONTH}${YEAR}`,
  '(?<relative>today|tonight|tomorrow)',
].map((pattern) => new RegExp(`\\b${pattern}\\b`, 'gi'));

const TIME_PATTERNS = [
  /\b(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?(?: ?(?<half>[ap])\.?m\b)?/gi,
  /(?<![:.\d])(?<hour>\d{1,2}) ?(?<half>[ap])\.?m\b/gi,
  /\b(?<noon>noon)\b/gi,
];

/** Days with the year that is said, else the current one; none that do not exist. */
export function findDays(text: string, now: Now): Mention[] {
  return matchAll(text, DAY_PATTERNS).flatMap(({ at, groups }) => {
    const day = readDay(groups, now);
    return day ? [{ at, forms: writeDay(day) }] : [];
  });
}

export function findTimes(text: string): Mention[] {
  return matchAll(text, TIME_PATTERNS).flatMap(({ at, groups }) => {
    const time = readTime(groups);
    return time ? [{ at, forms: writeTime(time) }] : [];
  });
}

/** The current year and day as the texts tell them: the latest `today is ...` and the latest year that is said. */
export function findNow(texts: readonly string[]): Now {
  const now: Now = { year: undefined, today: undefined };
  for (const text of texts) {
    const year = /\b(?:19|20)\d{2}\b/.exec(text)?.[0];
    if (year !== undefined) now.year = Number(year);
    for (const match of text.matchAll(/\btoday(?: is|'s date is)\b([^.?!\n]{0,40})/gi)) {
      const said = matchAll(match[1] ?? '', DAY_PATTERNS)[0];
      now.today = (said && readDay(said.groups, now)) ?? now.today;
    }
  }
  return now;
}

interface Found {
  at: number;
  groups: Partial<Record<string, string>>;
}

/** Where two patterns match the same place the earlier pattern counts. */
function matchAll(text: string, patterns: readonly RegExp[]): Found[] {
  const found = new Map<number, Found>();
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      if (!found.has(match.index))
        found.set(match.index, { at: match.index, groups: match.groups ?? {} });
    }
  }
  return [...found.values()].toSorted((one, other) => one.at - other.at);
}

function readDay(groups: Found['groups'], now: Now): Day | undefined {
  const relative = groups['relative']?.toLowerCase();
  if (relative !== undefined) {
    return now.today && addDays(now.today, relative === 'tomorrow' ? 1 : 0);
  }
  const name = groups['name']?.slice(0, 3).toLowerCase();
  const month = name
    ? MONTHS.findIndex((known) => known.slice(0, 3).toLowerCase() === name) + 1
    : Number(groups['month']);
  const year = groups['year'] === undefined ? now.year : Number(groups['year']);
  if (year === undefined) return undefined;
  const day = { year, month, date: Number(groups['date']) };
  const real = addDays(day, 0);
  return real.month === month && real.date === day.date ? day : undefined;
}

function addDays({ year, month, date }: Day, days: number): Day {
  const moved = new Date(Date.UTC(year, month - 1, date + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, date: moved.getUTCDate() };
}

interface Time {
  hour: number;
  minute: number;
  second: number;
}

function readTime(groups: Found['groups']): Time | undefined {
  if (groups['noon'] !== undefined) return { hour: 12, minute: 0, second: 0 };
  const half = groups['half']?.toLowerCase();
  const said = Number(groups['hour']);
  if (half !== undefined && said > 12) return undefined;
  const hour = half === undefined ? said : (said % 12) + (half === 'p' ? 12 : 0);
  const time = {
    hour,
    minute: Number(groups['minute'] ?? 0),
    second: Number(groups['second'] ?? 0),
  };
  return hour < 24 && time.minute < 60 && time.second < 60 ? time : undefined;
}

function writeDay({ year, month, date }: Day): Record<string, string> {
  const name = MONTHS[month - 1] ?? '';
  return {
    'iso-day': `${year}-${pad(month)}-${pad(date)}`,
    'slashed-day': `${pad(date)}/${pad(month)}/${year}`,
    'month-first': `${name.slice(0, 3)} ${date}`,
    'day-first': `${date} ${name}`,
    'month-day': `${pad(month)}-${pad(date)}`,
  };
}

function writeTime({ hour, minute, second }: Time): Record<string, string> {
  return {
    'full-time': `${pad(hour)}:${pad(minute)}:${pad(second)}`,
    'short-time': `${pad(hour)}:${pad(minute)}`,
    'dotted-time': `${pad(hour)}.${pad(minute)}`,
    'half-day-time': `${hour % 12 === 0 ? 12 : hour % 12}:${pad(minute)} ${hour < 12 ? 'AM' : 'PM'}`,
  };
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
