import { z } from 'zod';
import { DEFAULTS } from './defaults.ts';
import { apiBankSuite, jsonlSuite } from './file-suites.ts';

/** Where dialogues come from, and the knobs of each source. */

const knobs = DEFAULTS.suite.builtin;

function share(fallback: number, description: string): z.ZodDefault<z.ZodNumber> {
  return z.number().min(0).max(1).default(fallback).describe(description);
}

interface Range {
  min: number;
  max: number;
}

function range(bounds: Range, fallback: Range, description: string) {
  const bounded = z.int().min(bounds.min).max(bounds.max);
  return z
    .strictObject({
      min: bounded.default(fallback.min).describe('Fewest.'),
      max: bounded.default(fallback.max).describe('Most.'),
    })
    .refine(({ min, max }) => min <= max, { message: 'a max of at least min', path: ['max'] })
    .prefault({})
    .describe(description);
}

const dialogues = z.int().min(1).max(5_000);

const builtinSuite = z
  .strictObject({
    kind: z.literal('builtin').describe('The suite that ships with Ratchet.'),
    dialoguesPerDomain: z
      .strictObject({
        train: dialogues.default(knobs.dialoguesPerDomain.train).describe('To learn from.'),
        heldOut: dialogues.default(knobs.dialoguesPerDomain.heldOut).describe('To be scored on.'),
      })
      .prefault({})
      .describe('How many dialogues a domain has, for each seed anew.'),
    chainLength: range({ min: 1, max: 8 }, knobs.chainLength, 'Turns with calls in a dialogue.'),
    traceShare: share(
      knobs.traceShare,
      'Share of turns that need a value from an earlier result; 0 makes the trace useless.',
    ),
    candidates: range(
      { min: 2, max: 6 },
      knobs.candidates,
      'Records that a look-up answers, the meant one among them.',
    ),
    comparisonShare: share(
      knobs.comparisonShare,
      'Share of references by comparison, like "the cheapest".',
    ),
    derivedShare: share(
      knobs.derivedShare,
      'Share of dates and times said in other words than the tool takes.',
    ),
    noise: share(knobs.noise, 'Share of user turns that mention something beside the point.'),
  })
  .describe('Generated dialogues over small executable tools.');

export const suite = z
  .discriminatedUnion('kind', [builtinSuite, apiBankSuite, jsonlSuite])
  .describe('Where domains, tools and dialogues come from.');
