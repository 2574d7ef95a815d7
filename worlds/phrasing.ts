import type { Phrases } from './domain.ts';
import type { Draw } from './draw.ts';
import { GIVEN_NAMES } from './pools.ts';

const SLOT = /\{(\w+)\}/g;

/**
 * One of the phrases of the draw's split that say these words, all of them and nothing else;
 * filled.
 */
export function chooseFitting(
  phrases: Phrases,
  words: Readonly<Record<string, string>>,
  draw: Draw,
): string {
  const names = Object.keys(words).toSorted().join();
  const fitting = phrases[draw.split].filter((phrase) => slotsOf(phrase) === names);
  if (fitting.length === 0) throw new RangeError(`no ${draw.split} phrase for ${names}`);
  return draw.random.pick(fitting).replace(SLOT, (_, name: string) => words[name] ?? '');
}

function slotsOf(phrase: string): string {
  return [...phrase.matchAll(SLOT)]
    .map(([, name]) => name)
    .toSorted()
    .join();
}

/** Beside the point, and with a value that no call needs. */
const ASIDES: Phrases = {
  train: [
    'Sorry, I was interrupted {number} times.',
    'My colleague {name} sent me.',
    'I waited {number} minutes on the phone.',
    'As I told {name} before:',
  ],
  heldOut: ['I was told by {name} that you can help.', 'I have {number} minutes left.'],
};

/** Puts an aside before some of the user's turns. */
export function addAside(turn: string, share: number, draw: Draw): string {
  if (!draw.chance(share)) return turn;
  const slots = draw.chance(0.5)
    ? { name: draw.one(GIVEN_NAMES) }
    : { number: String(draw.number(2, 99)) };
  return `${chooseFitting(ASIDES, slots, draw)} ${turn}`;
}
