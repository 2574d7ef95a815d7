import {
  type AlignedRow,
  alignRenderings,
  type Change,
  changeOf,
} from '../data/examples/align-pieces.ts';
import type { Piece } from '../data/examples/pieces.ts';
import { pc } from './colors.ts';
import type { ComparedExample, ComparedRenderings, RenderedExample } from './compare-renderings.ts';
import { wrapText } from './wrap-text.ts';

/** Narrower columns are harder to read than conditions one after another. */
const LEAST_COLUMN = 48;
const BETWEEN = ' │ ';
const ROLE_WIDTH = 10;
/** Lines of one piece, unless everything is asked for. */
const MOST_LINES = 8;

export const LEGEND =
  '- and + only under this condition · ~ other text than under the others · x cut by the trainer · > carries loss';

export interface View {
  /** Of the terminal, in characters. */
  width: number;
  /** Whether long texts are shown whole. */
  full: boolean;
}

/** Examples as a person compares them: side by side where the terminal is wide enough, else one after another. */
export function drawExamples(
  compared: ComparedRenderings,
  shown: readonly ComparedExample[],
  view: View,
): string {
  const columns = compared.conditions.length;
  const width = Math.floor((view.width - BETWEEN.length * (columns - 1)) / columns);
  const isWide = columns > 1 && width >= LEAST_COLUMN;
  const draw = (example: ComparedExample): string[] => {
    const drawn = drawColumns(compared, example, { ...view, width: isWide ? width : view.width });
    return [
      pc.bold(`── ${example.id} `.padEnd(view.width, '─')),
      ...wrapText(`tools: ${example.tools.join(', ')}`, view.width).map(pc.dim),
      ...(isWide ? joinColumns(drawn, width) : stackColumns(drawn)),
      '',
    ];
  };
  return [...shown.flatMap(draw), ...wrapText(LEGEND, view.width).map(pc.dim)].join('\n');
}

/** Lines of plain text, with how each is painted. */
interface Line {
  text: string;
  paint: (text: string) => string;
}

/** By row, then column: rows of one height stand side by side. */
type Drawn = Line[][][];

function drawColumns(compared: ComparedRenderings, example: ComparedExample, view: View): Drawn {
  const { prompts, target } = example;
  const isTraining = compared.side === 'train';
  const rows = alignRenderings(prompts.map(({ pieces }) => pieces));
  const heads = prompts.map((prompt, column) => [
    ...wrapText(compared.conditions[column] ?? '', view.width).map((text) => line(text, pc.bold)),
    ...wrapText(describePrompt(prompt, isTraining), view.width).map((text) => line(text, pc.dim)),
  ]);
  const body = rows.map((row) =>
    prompts.map((prompt, column) => drawCell(row, column, prompt, view)),
  );
  const loss = prompts.map((prompt) => {
    const learned = isLearned(compared, prompt);
    return drawPiece(learned ? ' >' : '  ', 'target', target, learned ? pc.cyan : plain, view);
  });
  return [heads, ...body, loss];
}

function drawCell(row: AlignedRow, column: number, { size }: RenderedExample, view: View): Line[] {
  const piece = row[column];
  if (!piece) return [];
  const change = changeOf(row, column);
  const isCut = isCutBy(size, piece);
  const paint = isCut ? pc.dim : CHANGE_PAINTS[change];
  return drawPiece(`${change}${isCut ? 'x' : ' '}`, piece.role, piece.text, paint, view);
}

const CHANGE_PAINTS: Record<Change, (text: string) => string> = {
  ' ': plain,
  '-': pc.red,
  '+': pc.green,
  '~': pc.yellow,
};

function drawPiece(
  signs: string,
  role: Piece['role'] | 'target',
  text: string,
  paint: Line['paint'],
  { width, full }: View,
): Line[] {
  const indent = signs.length + 1 + ROLE_WIDTH;
  const lines = wrapText(text, Math.max(1, width - indent));
  const left = lines.length - MOST_LINES;
  const isWhole = full || left <= 1;
  const shown = isWhole ? lines : lines.slice(0, MOST_LINES);
  const marked = shown.map((one, place) =>
    place === 0
      ? `${signs} ${role.padEnd(ROLE_WIDTH)}${one}`
      : `${signs} ${' '.repeat(ROLE_WIDTH)}${one}`,
  );
  const rest = isWhole ? [] : [line(`${' '.repeat(indent)}… ${left} more lines: --full`, pc.dim)];
  return [...marked.map((one) => line(one, paint)), ...rest];
}

/** Whether a trainer has lost the turn that the piece is of. */
export function isCutBy(size: RenderedExample['size'], { turn }: Piece): boolean {
  return turn !== null && turn < (size?.turnsLost ?? 0);
}

/** Whether the target is what a condition trains on. */
export function isLearned(
  { side }: ComparedRenderings,
  { leftOut, size }: RenderedExample,
): boolean {
  return side === 'train' && leftOut === null && !size?.dropped;
}

export function describePrompt({ size, leftOut }: RenderedExample, isTraining: boolean): string {
  if (leftOut !== null) return `left out: ${leftOut}`;
  if (!size) return 'the trainer does not count single examples';
  if (size.dropped)
    return 'dropped by the trainer: its target is empty, or it or the last turn does not fit';
  const { turnsLost } = size;
  const cut = turnsLost > 0 ? `, ${turnsLost} oldest turn${turnsLost > 1 ? 's' : ''} cut` : '';
  const loss = isTraining ? `, ${size.targetTokens} carry loss` : '';
  return `${size.tokens} tokens${loss}${cut}`;
}

function joinColumns(drawn: Drawn, width: number): string[] {
  return drawn.flatMap((row) => {
    const height = Math.max(...row.map(({ length }) => length));
    return Array.from({ length: height }, (_, at) =>
      row
        .map((lines) => {
          const { text, paint } = lines[at] ?? line('', plain);
          return paint(text.padEnd(width));
        })
        .join(pc.dim(BETWEEN))
        .trimEnd(),
    );
  });
}

function stackColumns(drawn: Drawn): string[] {
  const columns = drawn[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) =>
    drawn.flatMap((row) => row[column] ?? []).map(({ text, paint }) => paint(text)),
  ).flatMap((lines, column) => (column === 0 ? lines : ['', ...lines]));
}

function line(text: string, paint: Line['paint']): Line {
  return { text, paint };
}

function plain(text: string): string {
  return text;
}
