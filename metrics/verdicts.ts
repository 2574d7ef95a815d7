import { formatCalls, parseCalls } from '../contract/call-text.ts';
import { isSamePaperCall, readPaperCall } from '../contract/paper-call.ts';
import { CausedError } from '../contract/causes.ts';
import type { Gold, Prediction, ToolCall } from '../contract/dialogue.ts';
import { canonicalJson } from '../contract/digest.ts';
import type { CellScore, Convention, ExampleScore, Outcome } from '../contract/scores.ts';
import { normaliseCall } from './bfcl.ts';

/**
 * Scores a cell in the order of its gold, every draw of an example. One without a prediction is malformed. Throws a
 * `CausedError` when a prediction answers no example, or one twice: the trainer broke its protocol.
 */
export function scoreCell(
  gold: readonly Gold[],
  predictions: readonly Prediction[],
  draws = 1,
): CellScore {
  const texts = new Map<string, string>();
  for (const prediction of predictions) {
    const name = nameAnswer(prediction);
    if (texts.has(name)) throw new CausedError('trainer-bug', `the trainer answered ${name} twice`);
    texts.set(name, prediction.text);
  }
  const examples = gold.flatMap(({ id, dialogue, target }) =>
    numberDraws(draws).map((number) => {
      const answer = { id, dialogue, ...number };
      return { ...answer, ...scorePrediction(target, texts.get(nameAnswer(answer)) ?? '') };
    }),
  );
  for (const example of examples) texts.delete(nameAnswer(example));
  const [unasked] = texts.keys();
  if (unasked !== undefined)
    throw new CausedError('trainer-bug', `the trainer answered ${unasked}, which was not asked`);
  return { examples };
}

/** A single answer has no number. */
function numberDraws(draws: number): { draw?: number }[] {
  return draws === 1 ? [{}] : Array.from({ length: draws }, (_, draw) => ({ draw }));
}

/** Unique within a cell. */
export function nameAnswer({ id, draw }: Pick<Prediction, 'id' | 'draw'>): string {
  return draw === undefined ? id : `${id} (draw ${draw})`;
}

/** Compares a generated text with the gold calls under every convention. Never throws. */
export function scorePrediction(
  gold: readonly ToolCall[],
  text: string,
): Omit<ExampleScore, 'id' | 'dialogue'> {
  const { calls } = parseCalls(text);
  const exact = isSameBag(gold.map(canonicalJson), calls.map(canonicalJson));
  const nameRight = isSameBag(gold.map(nameOf), calls.map(nameOf));
  const right: Record<Convention, boolean> = {
    exact,
    'paper-1': isRightOnPaper(gold, text),
    bfcl: isSameBag(gold.map(normalForm), calls.map(normalForm)),
  };
  return { right, nameRight, outcome: outcomeOf(gold, calls, { exact, nameRight }) };
}

function outcomeOf(
  gold: readonly ToolCall[],
  calls: readonly ToolCall[],
  { exact, nameRight }: { exact: boolean; nameRight: boolean },
): Outcome {
  if (exact) return 'exact';
  if (calls.length === 0) return 'malformed';
  if (!nameRight) return 'wrong-name';
  const wanted = new Set(gold.flatMap(argumentsOf));
  return calls.flatMap(argumentsOf).some((argument) => wanted.has(argument))
    ? 'some-arguments'
    : 'wrong-arguments';
}

/** Both sides are read from text, as the paper did, so that what its parser misses is missed on both. */
function isRightOnPaper(gold: readonly ToolCall[], text: string): boolean {
  const wanted = readPaperCall(formatCalls(gold));
  const predicted = readPaperCall(text);
  return wanted !== undefined && predicted !== undefined && isSamePaperCall(wanted, predicted);
}

function nameOf(call: ToolCall): string {
  return call.name;
}

function normalForm(call: ToolCall): string {
  return canonicalJson(normaliseCall(call));
}

/** Each argument with its call's name, so that parallel calls do not lend each other arguments. */
function argumentsOf(call: ToolCall): string[] {
  return Object.entries(call.arguments).map((argument) => canonicalJson([call.name, ...argument]));
}

/** Equal as multisets. */
function isSameBag(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const sorted = b.toSorted();
  return a.toSorted().every((item, index) => item === sorted[index]);
}
