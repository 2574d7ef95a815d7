import { describeWarning } from '../contract/trainer-warnings.ts';
import { duration } from '../metrics/numbers.ts';
import { several } from '../report/elements.ts';
import { pc } from './colors.ts';
import type { ExplainedSweep } from './explain.ts';
import type { ExplainedTry } from './explain-tries.ts';
import type { ExplainedUnit } from './explain-units.ts';
import { wrapText } from './wrap-text.ts';

const GLYPHS: Record<ExplainedUnit['state'], string> = {
  done: pc.green('✓'),
  failed: pc.red('✗'),
  running: pc.cyan('◐'),
  starting: pc.cyan('◔'),
  again: pc.yellow('↻'),
  waiting: pc.dim('○'),
  queued: pc.yellow('○'),
  unschedulable: pc.yellow('!'),
  stopped: pc.yellow('⊘'),
  interrupted: pc.yellow('⊘'),
};

const LABEL = 6;
const INDENT = 5;

/** One page: each unit with its tries, how it stands, and what comes next. */
export function drawExplained(
  { sweep, state, units, untroubled }: ExplainedSweep,
  width: number,
): string {
  const calm =
    untroubled > 0 ? [pc.dim(`${several(untroubled, 'unit')} done at the first try`)] : [];
  const none = units.length === 0 && untroubled === 0 ? [pc.dim('nothing was tried yet')] : [];
  return [
    `${pc.bold(sweep)}   ${state}`,
    ...calm,
    ...none,
    ...units.flatMap((unit) => ['', ...drawUnit(unit, width)]),
  ].join('\n');
}

function drawUnit(unit: ExplainedUnit, width: number): string[] {
  const { unit: label, stage, state, message, since, progress, tries, next, advice } = unit;
  const reached = progress ? [`step ${progress.step} of ${progress.steps}`] : [];
  const waits = since === null || state === 'running' ? [] : [`since ${clock(since)}`];
  const head = [`${GLYPHS[state]} ${pc.bold(label)}`, stage, state, ...reached, ...waits].join(
    '  ',
  );
  // What failed is told with its last try.
  const isTold = tries.some(({ evidence }) => evidence !== null && evidence === message);
  return [
    head,
    ...(message === null || isTold ? [] : indent(message, width)),
    ...tries.flatMap((one) => drawTry(one, width)),
    ...(next === null ? [] : labelled('next', next, width)),
    ...(advice === null ? [] : labelled('you', advice, width)),
  ];
}

function drawTry(one: ExplainedTry, width: number): string[] {
  const { number, queuedAt, result, cause, evidence, recognised, action, log, warnings } = one;
  const paint = PAINTS[result];
  const outcome = cause === null ? result : `${result}: ${cause}`;
  const facts = [...describePlace(one), ...describeTimes(one), ...describeSteps(one)].join(' · ');
  return [
    `  ${pc.dim(String(number).padStart(2))} ${paint(outcome)}  ${pc.dim(clock(queuedAt))}`,
    ...indent(facts, width).map(pc.dim),
    ...(evidence === null ? [] : labelled('said', withoutLog(evidence, log), width)),
    ...(recognised === null ? [] : labelled('seen', recognised, width)),
    ...log
      .flatMap((line) => wrapText(line, width - INDENT - 2))
      .map((line) => `${' '.repeat(INDENT)}${pc.dim('│')} ${line}`),
    ...warnings.flatMap((warning) => labelled('warns', describeWarning(warning), width)),
    ...(action === null ? [] : labelled('then', action, width)),
  ];
}

const PAINTS: Record<ExplainedTry['result'], (text: string) => string> = {
  done: pc.green,
  failed: pc.red,
  interrupted: pc.yellow,
  stopped: pc.yellow,
  lost: pc.yellow,
  running: pc.cyan,
};

/** The message of a failure ends with the log's last words where there is one, which stands below. */
function withoutLog(evidence: string, log: string[]): string {
  const last = evidence.trimEnd().split('\n').at(-1) ?? '';
  const colon = evidence.indexOf(': ');
  return colon > 0 && log.at(-1)?.endsWith(last) ? evidence.slice(0, colon) : evidence;
}

function describePlace({ pod, node, image, gpus, memory, avoidNodes }: ExplainedTry): string[] {
  return [
    pod === null ? 'on its worker’s machine' : `pod ${pod}${node === null ? '' : ` on ${node}`}`,
    ...(gpus > 0 ? [`${gpus} GPU${gpus === 1 ? '' : 's'}`] : []),
    ...(memory === null ? [] : [`memory ${memory}`]),
    ...(image === null ? [] : [`image ${shortenImage(image)}`]),
    ...(avoidNodes.length > 0 ? [`avoids ${avoidNodes.join(', ')}`] : []),
  ];
}

/** Enough of the digest, where its node told one. */
function shortenImage(image: string): string {
  return /sha256:[0-9a-f]{12}/.exec(image)?.[0] ?? image;
}

function describeTimes({ queuedAt, startingAt, runningAt, seenAt }: ExplainedTry): string[] {
  const parts: [string, string | null, string | null][] = [
    ['waited', queuedAt, startingAt ?? seenAt],
    ['starting', startingAt, runningAt ?? seenAt],
    ['ran', runningAt, seenAt],
  ];
  return parts.flatMap(([what, from, to]) => {
    if (from === null || to === null) return [];
    const seconds = Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;
    return seconds < 0.1 ? [] : [`${what} ${duration(seconds)}`];
  });
}

function describeSteps({ fromStep, lastStep }: ExplainedTry): string[] {
  if (fromStep === null) return [];
  return [
    lastStep === null
      ? `from step ${fromStep}`
      : `steps ${fromStep} → ${Math.max(fromStep, lastStep)}`,
  ];
}

function labelled(name: string, text: string, width: number): string[] {
  const margin = ' '.repeat(INDENT);
  const lines = wrapText(text, Math.max(20, width - INDENT - LABEL));
  return lines.map(
    (line, index) => `${margin}${pc.bold((index === 0 ? name : '').padEnd(LABEL))}${line}`,
  );
}

function indent(text: string, width: number): string[] {
  return wrapText(text, Math.max(20, width - INDENT)).map((line) => `${' '.repeat(INDENT)}${line}`);
}

/** Of the reader's day. */
function clock(time: string): string {
  const date = new Date(time);
  const day = date.toDateString() === new Date().toDateString() ? '' : `${time.slice(0, 10)} `;
  return `${day}${date.toTimeString().slice(0, 8)}`;
}
