import type { AttemptHistory } from './attempt-history.ts';
import type { PartialRef } from './records.ts';

/** One attempt with those before it, as an invariant looks at it. */
interface View extends AttemptHistory {
  before: AttemptHistory[];
}

/** What must hold of each attempt on a block. Answers what is wrong, or null. */
export const ATTEMPT_INVARIANTS: Record<string, (attempt: View) => string | null> = {
  'attempts are numbered without gaps': ({ number, before }) =>
    number === before.length + 1 ? null : `attempt ${number} follows ${before.length} others`,

  'rounds never go back': ({ claim, before }) => {
    const earlier = before.at(-1)?.claim?.round ?? 0;
    return claim && claim.round < earlier ? `round ${claim.round} follows round ${earlier}` : null;
  },

  'an attempt starts only after the one before it ended': ({ start, before }) => {
    const last = before.at(-1);
    return start && last && !last.outcome ? `attempt ${last.number} has no outcome` : null;
  },

  'an attempt goes on from the newest durable checkpoint': findWrongStart,

  'an attempt starts before it checkpoints or is done': ({ number, start, outcome }) => {
    if (start || !outcome) return null;
    const worked = outcome.result === 'done' || ownPartials(number, outcome.partials).length > 0;
    return worked ? 'it has results and no start' : null;
  },

  'checkpoints only move forward': ({ number, start, outcome }) => {
    const from = start?.resumedFrom?.step ?? -1;
    const back = ownPartials(number, outcome?.partials ?? []).find(({ step }) => step <= from);
    return back ? `step ${back.step} was stored after going on from step ${from}` : null;
  },

  'a block is done once a round': ({ outcome, before }) => {
    if (outcome?.result !== 'done') return null;
    const first = before.find(
      (earlier) => earlier.outcome?.result === 'done' && earlier.outcome.round === outcome.round,
    );
    return first ? `attempt ${first.number} was done before` : null;
  },

  // Whoever is taken for lost may be in the middle of one renewal.
  'no lease is renewed after the end': ({ lease, outcome }) => {
    if (!lease || !outcome) return null;
    const last = outcome.beat + (outcome.result === 'lost' ? 1 : 0);
    return lease.beat > last ? `beat ${lease.beat} follows the end at beat ${outcome.beat}` : null;
  },
};

/**
 * The outcome before lists every checkpoint that was durable when this attempt was claimed or later: the newest of them
 * that was not damaged, or a newer one, is where it must go on, so that no more is repeated than follows it.
 */
function findWrongStart({ number, claim, start, before }: View): string | null {
  if (!start) return null;
  const listed = before.at(-1)?.outcome?.partials ?? [];
  const invented = start.damaged.find((ref) => !isAmong(listed, ref));
  if (invented) return `it calls ${describe(invented)} damaged, which was not there`;
  const rounds = new Map(before.map((earlier) => [earlier.number, earlier.claim?.round]));
  const [newest] = listed
    .filter((ref) => ref.attempt < number && rounds.get(ref.attempt) === claim?.round)
    .filter((ref) => !isAmong(start.damaged, ref))
    .toSorted((a, b) => b.step - a.step || b.attempt - a.attempt);
  const from = start.resumedFrom;
  const late = from && !isAmong(listed, from) && from.step > (newest?.step ?? -1);
  if (late ? rounds.has(from.attempt) : isSame(from, newest)) return null;
  return `it went on from ${describe(from)}, durable was ${describe(newest)}`;
}

function ownPartials(number: number, partials: PartialRef[]): PartialRef[] {
  return partials.filter(({ attempt }) => attempt === number);
}

function isAmong(refs: PartialRef[], ref: PartialRef): boolean {
  return refs.some((other) => isSame(other, ref));
}

function isSame(a: PartialRef | null | undefined, b: PartialRef | null | undefined): boolean {
  return a?.attempt === b?.attempt && a?.step === b?.step;
}

function describe(ref: PartialRef | null | undefined): string {
  return ref ? `step ${ref.step} of attempt ${ref.attempt}` : 'nothing';
}
