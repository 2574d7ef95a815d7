/**
 * Days and times that the dialogue says in words stand once more at the end of the prompt as tools may write them, so
 * that they can be copied: `March 5th` also as `2023-03-05`. A restatement keeps the place that it restates.
 */

import { findDays, findNow, findTimes, type Mention } from './calendar.ts';
import type { Segment } from './prompt.ts';

export interface Restatement {
  /** Name of the format. */
  format: string;
  text: string;
  /** Index of the segment that says it, and where in its text. */
  segment: number;
  at: number;
}

/** Of each kind only the latest mentions, each moment once. */
const MOST_MENTIONS = 8;

export function restateMoments(segments: readonly Segment[]): Restatement[] {
  const spoken = segments.map(({ role, text }) =>
    role === 'result' || role === 'call' ? '' : text,
  );
  const now = findNow(spoken);
  // A system prompt says what day it is; what a call is about stands in the dialogue.
  const dialogue = spoken.map((text, at) => (segments[at]?.role === 'system' ? '' : text));
  const days = dialogue.map((text) => findDays(text, now));
  return [...restateLatest(days), ...restateLatest(dialogue.map(findTimes))];
}

function restateLatest(mentions: readonly Mention[][]): Restatement[] {
  const placed = mentions.flatMap((list, segment) =>
    list.map((mention) => ({ ...mention, segment })),
  );
  const latest = new Map<string, (typeof placed)[number]>();
  for (const mention of placed.toReversed()) {
    const moment = Object.values(mention.forms)[0] ?? '';
    if (latest.size < MOST_MENTIONS && !latest.has(moment)) latest.set(moment, mention);
  }
  return [...latest.values()].toReversed().flatMap(({ forms, segment, at }) => {
    return Object.entries(forms).map(([format, text]) => ({ format, text, segment, at }));
  });
}
