import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignRenderings } from '../../data/examples/align-pieces.ts';
import { type Piece, splitMessages } from '../../data/examples/pieces.ts';
import { fillTrace } from '../../data/traces/fill.ts';
import { stripTrace } from '../../data/traces/strip.ts';
import { answered, anyExamples } from './examples.ts';

const example = answered('d', 'the result', 'Let me see.');
const [keep, strip, filled] = [example, stripTrace(example), fillTrace(example)].map(
  ({ messages }) => splitMessages(messages),
) as [Piece[], Piece[], Piece[]];

/** Each row as one word: the roles at its sides. */
const rolesOf = (renderings: Piece[][]): string[] =>
  alignRenderings(renderings).map((row) => row.map((piece) => piece?.role ?? '-').join('|'));

describe('a prompt in pieces', () => {
  test('tells what is said from what is called, as text', () => {
    expect(keep.map(({ role }) => role)).toEqual(
      'system user assistant call result assistant'.split(' '),
    );
    expect(keep[3]?.text).toBe("[Get(of='Ann')]");
  });

  test('counts the turns that a trainer cuts, a call with its results and the system message never', () => {
    expect(keep.map(({ turn }) => turn)).toEqual([null, 0, 1, 1, 1, 2]);
  });
});

describe('renderings side by side', () => {
  test('what strip takes away has nothing at its side', () => {
    expect(rolesOf([keep, strip])).toEqual([
      'system|system',
      'user|user',
      'assistant|assistant',
      'call|-',
      'result|-',
      'assistant|assistant',
    ]);
    expect(rolesOf([strip, keep])).toContain('-|call');
  });

  test('what filler replaces stands beside what it replaces', () => {
    const rows = rolesOf([keep, filled, strip]);
    expect(rows).toContain('call|assistant|-');
    expect(rows).toContain('result|assistant|-');
    expect(rows).toHaveLength(6);
  });

  test('every rendering can be read off the rows again, whatever it holds', () => {
    fc.assert(
      fc.property(anyExamples, (examples) => {
        const renderings = examples.map(({ messages }) => splitMessages(messages));
        const rows = alignRenderings(renderings);
        for (const [column, rendering] of renderings.entries())
          expect(rows.flatMap((row) => row[column] ?? [])).toEqual(rendering);
      }),
    );
  });

  test('equal renderings are rows of equal pieces', () => {
    expect(alignRenderings([keep, keep])).toEqual(keep.map((piece) => [piece, piece]));
  });
});
