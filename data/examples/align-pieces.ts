import type { Piece } from './pieces.ts';

/** What stands at one place of several renderings of an example: one piece for each, null where it has none there. */
export type AlignedRow = (Piece | null)[];

/**
 * Lays renderings side by side. The first is the measure: every other is aligned with it along their longest common
 * subsequence, and what lies between two common pieces is paired in order, as one replacing the other.
 */
export function alignRenderings(renderings: readonly (readonly Piece[])[]): AlignedRow[] {
  const [first = [], ...others] = renderings;
  const aligned = others.map((other) => alignPair(first, other));
  const rows: AlignedRow[] = [];
  for (let place = 0; place <= first.length; place++) {
    const added = aligned.map(({ before }) => before[place] ?? []);
    const most = Math.max(0, ...added.map(({ length }) => length));
    for (let row = 0; row < most; row++) rows.push([null, ...added.map((one) => one[row] ?? null)]);
    const piece = first[place];
    if (piece) rows.push([piece, ...aligned.map(({ beside }) => beside[place] ?? null)]);
  }
  return rows;
}

interface Alignment {
  /** By place in the first rendering: the piece at its side, and those that stand before it alone. */
  beside: (Piece | undefined)[];
  before: Piece[][];
}

function alignPair(first: readonly Piece[], other: readonly Piece[]): Alignment {
  const found: Alignment = { beside: [], before: [] };
  let [left, right] = [0, 0];
  const settleGap = (leftEnd: number, rightEnd: number): void => {
    for (; left < leftEnd && right < rightEnd; left++, right++) found.beside[left] = other[right];
    if (right < rightEnd) found.before[leftEnd] = other.slice(right, rightEnd);
  };
  for (const [leftEnd, rightEnd] of findCommon(first, other)) {
    settleGap(leftEnd, rightEnd);
    found.beside[leftEnd] = other[rightEnd];
    [left, right] = [leftEnd + 1, rightEnd + 1];
  }
  settleGap(first.length, other.length);
  return found;
}

/** Places of a longest common subsequence. */
function findCommon(first: readonly Piece[], other: readonly Piece[]): [number, number][] {
  const width = other.length + 1;
  const longest = new Uint32Array((first.length + 1) * width);
  const at = (left: number, right: number): number => longest[left * width + right] ?? 0;
  for (let left = first.length - 1; left >= 0; left--)
    for (let right = other.length - 1; right >= 0; right--)
      longest[left * width + right] = isSamePiece(first[left], other[right])
        ? at(left + 1, right + 1) + 1
        : Math.max(at(left + 1, right), at(left, right + 1));
  const pairs: [number, number][] = [];
  for (let left = 0, right = 0; left < first.length && right < other.length; )
    if (isSamePiece(first[left], other[right])) pairs.push([left++, right++]);
    else if (at(left + 1, right) >= at(left, right + 1)) left++;
    else right++;
  return pairs;
}

/** `-`, `+`: only here; `~`: with other text elsewhere. */
export type Change = ' ' | '-' | '+' | '~';

/** How a piece stands to the first rendering; of the first itself, to all others. A row has a piece in that column. */
export function changeOf(row: AlignedRow, column: number): Change {
  const piece = row[column];
  const others = column === 0 ? row.slice(1) : row.slice(0, 1);
  if (others.every((other) => isSamePiece(piece, other))) return ' ';
  if (others.some((other) => other && !isSamePiece(piece, other))) return '~';
  return column === 0 ? '-' : '+';
}

function isSamePiece(a: Piece | null | undefined, b: Piece | null | undefined): boolean {
  return a?.role === b?.role && a?.text === b?.text;
}
