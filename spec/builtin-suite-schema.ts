import { z } from 'zod';
import { BUILTIN_PRESETS } from './builtin-presets.ts';

/** The suite that ships: a preset, and knobs that win over it. Editors show the defaults of `default`. */

const fallback = BUILTIN_PRESETS.default;
type Knobs = typeof fallback;
type PresetName = keyof typeof BUILTIN_PRESETS;

/** YAML reads `preset: null` as nothing, and it means the preset of that name. */
const presets = [...(Object.keys(BUILTIN_PRESETS) as PresetName[]), null] as const;

function knob<Schema extends z.ZodType>(schema: Schema, preset: unknown, description: string) {
  return schema.optional().meta({ description, default: preset });
}

function share(preset: number, description: string) {
  return knob(z.number().min(0).max(1), preset, description);
}

interface Range {
  min: number;
  max: number;
}

function range(bounds: Range, preset: Range, description: string) {
  const bounded = z.int().min(bounds.min).max(bounds.max);
  const schema = z.strictObject({
    min: knob(bounded, preset.min, 'Fewest.'),
    max: knob(bounded, preset.max, 'Most.'),
  });
  return knob(schema, preset, description);
}

const dialogues = z.int().min(1).max(5_000);

export const builtinSuite = z
  .strictObject({
    kind: z.literal('builtin').describe('The suite that ships with Ratchet.'),
    preset: z
      .literal(presets)
      .default('default')
      .describe(
        'Knobs to start from. null: no trace can have an effect. Knobs that are written here win.',
      ),
    dialoguesPerDomain: knob(
      z.strictObject({
        train: knob(dialogues, fallback.dialoguesPerDomain.train, 'To learn from.'),
        heldOut: knob(dialogues, fallback.dialoguesPerDomain.heldOut, 'To be scored on.'),
      }),
      fallback.dialoguesPerDomain,
      'How many dialogues a domain has, for each seed anew.',
    ),
    chainLength: range({ min: 1, max: 8 }, fallback.chainLength, 'Turns with calls in a dialogue.'),
    traceShare: share(
      fallback.traceShare,
      'Share of turns that need a value from an earlier result.',
    ),
    candidates: range(
      { min: 2, max: 6 },
      fallback.candidates,
      'Records that a look-up answers, the meant one among them.',
    ),
    comparisonShare: share(
      fallback.comparisonShare,
      'Share of references by comparison, like "the cheapest".',
    ),
    derivedShare: share(
      fallback.derivedShare,
      'Share of dates and times said in other words than the tool takes.',
    ),
    noise: share(fallback.noise, 'Share of user turns that mention something beside the point.'),
    overlap: share(
      fallback.overlap,
      'Share of the argument names of several domains, each in its own format, that are left in common.',
    ),
    unseenTools: knob(
      z.int().min(0).max(2),
      fallback.unseenTools,
      'Tools of each domain, others for each seed, that training never sees and held-out calls need.',
    ),
    toss: knob(
      z.boolean(),
      fallback.toss,
      'Predict one call a dialogue, which the toss of a coin decides: nothing can be learned.',
    ),
  })
  .transform(({ kind, preset, ...written }, context) => {
    const knobs = fillIn(BUILTIN_PRESETS[preset ?? 'null'], written);
    for (const name of ['chainLength', 'candidates'] as const) {
      if (knobs[name].min <= knobs[name].max) continue;
      context.addIssue({ code: 'custom', message: 'a max of at least min', path: [name, 'max'] });
    }
    return { kind, ...knobs };
  })
  .describe('Generated dialogues over small executable tools.');

/** What a value may leave out of a preset, at any depth. */
type Written<T> = { [K in keyof T]?: (T[K] extends object ? Written<T[K]> : T[K]) | undefined };

function fillIn(preset: Knobs, written: Written<Knobs>): Knobs {
  return {
    ...override(preset, written),
    dialoguesPerDomain: override(preset.dialoguesPerDomain, written.dialoguesPerDomain),
    chainLength: override(preset.chainLength, written.chainLength),
    candidates: override(preset.candidates, written.candidates),
  };
}

/** JSON has no undefined: what is there was written. */
function override<T extends object>(preset: T, written: Written<T> = {}): T {
  return { ...preset, ...(written as Partial<T>) };
}
