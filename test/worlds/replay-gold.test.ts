import { expect, test } from 'vitest';
import { replayGold } from '../../worlds/replay-gold.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';

const SETTINGS = BUILTIN_PRESETS.hard;

test.each(['travel', 'banking', 'library', 'clinic'])(
  'gold calls of %s, written, read and executed, fulfil every held-out dialogue',
  (domain) => {
    const { heldOut } = SETTINGS.dialoguesPerDomain;
    const all = { dialogues: heldOut, fulfilled: heldOut };
    expect(replayGold(SETTINGS, domain, 3)).toEqual(all);
  },
);

test('an unknown domain is refused', () => {
  expect(() => replayGold(SETTINGS, 'sports', 1)).toThrow("no domain 'sports'");
});
