import { percent } from '../metrics/numbers.ts';
import { pc } from './colors.ts';
import { formatDuration } from './output.ts';
import type { ActivityView, LineageView, SweepView } from './progress.ts';

const LINES = 12;
const GLYPHS = {
  done: pc.green('●'),
  running: pc.cyan('◐'),
  waiting: pc.dim('○'),
  failed: pc.red('✗'),
  cancelled: pc.yellow('⊘'),
};

/** Estimates what is left from the pace since watching began: a resumed sweep's past says nothing about now. */
export class Pace {
  private first: { at: number; units: number } | undefined;

  /** Seconds left, or undefined while too little has been seen. `now` in milliseconds. */
  estimate(view: SweepView, now: number): number | undefined {
    const units = unitsDone(view);
    this.first ??= { at: now, units };
    const gained = units - this.first.units;
    const elapsed = (now - this.first.at) / 1000;
    if (gained <= 0 || elapsed < 3) return undefined;
    return ((unitsTotal(view) - units) * elapsed) / gained;
  }
}

/** A trained block weighs as much as its evaluation; the running block counts by its steps. */
function unitsDone(view: SweepView): number {
  const partly = view.lineages
    .flatMap(({ activities }) => activities)
    .reduce(
      (sum, { step, steps, stage }) => sum + (stage === 'train' && steps > 0 ? step / steps : 0),
      0,
    );
  return view.blocks.settled + partly + checkpointsOf(view, view.cells.settled);
}

function unitsTotal(view: SweepView): number {
  return view.blocks.total + checkpointsOf(view, view.cells.total);
}

function checkpointsOf(view: SweepView, cells: number): number {
  const checkpoints = view.blocks.total + view.lineages.length;
  return view.cells.total > 0 ? (cells / view.cells.total) * checkpoints : 0;
}

/** The whole picture for a terminal that is redrawn. */
export function drawProgress(view: SweepView, eta: number | undefined): string {
  const head = [
    pc.bold(view.sweep),
    stateWord(view),
    `${view.blocks.settled}/${view.blocks.total} blocks`,
    `${view.cells.settled}/${view.cells.total} cells`,
    eta === undefined ? '' : `eta ${formatDuration(eta)}`,
  ].filter(Boolean);
  const busy = view.lineages.filter(({ status }) => status === 'running');
  const width = Math.max(0, ...busy.map(({ label }) => label.length));
  const lines = busy.slice(0, LINES).map((lineage) => drawLineage(lineage, width));
  if (busy.length > LINES) lines.push(pc.dim(`  and ${busy.length - LINES} more`));
  const failures = view.failures
    .slice(0, 3)
    .map(({ label, cause, message }) =>
      pc.red(`  ✗ ${label}: ${cause}: ${message.split('\n')[0]?.slice(0, 100)}`),
    );
  return [head.join('   '), drawOverview(view), ...lines, ...failures].join('\n');
}

/** One plain line, for logs. */
export function describeProgress(view: SweepView, eta: number | undefined): string {
  const running = view.lineages
    .filter(({ status }) => status === 'running')
    .map(({ label }) => label);
  return [
    view.sweep,
    view.state,
    `${view.blocks.settled}/${view.blocks.total} blocks`,
    `${view.cells.settled}/${view.cells.total} cells`,
    ...(eta === undefined ? [] : [`eta ${formatDuration(eta)}`]),
    ...(running.length > 0 ? [`running ${running.join(' ')}`] : []),
  ].join('  ');
}

function drawOverview(view: SweepView): string {
  const glyphs = view.lineages.slice(0, 200).map(({ status }) => GLYPHS[status]);
  return `  ${glyphs.join('')} ${pc.dim(`${view.lineages.length} lineages`)}`;
}

function drawLineage(
  { label, blocks, blocksSettled, activities }: LineageView,
  width: number,
): string {
  const bar = '■'.repeat(blocksSettled) + pc.dim('□'.repeat(Math.max(0, blocks - blocksSettled)));
  return `  ${label.padEnd(width)}  ${blocks <= 24 ? bar : `${blocksSettled}/${blocks}`}  ${activities.map(drawActivity).join(pc.dim(' · '))}`;
}

function drawActivity(activity: ActivityView): string {
  const { label, stage, message, step, steps, loss, tokensPerSecond, mfu } = activity;
  const runs = stage === 'train' || stage === 'evaluate';
  const parts = [pc.cyan(runs ? label : `${stage} ${label}`)];
  if (message) parts.push(pc.dim(message.slice(0, 80)));
  if (steps > 0) parts.push(`${step}/${steps}`);
  if (loss !== null && stage === 'train') parts.push(`loss ${loss.toFixed(2)}`);
  if (tokensPerSecond > 0) parts.push(pc.dim(`${Math.round(tokensPerSecond)} tok/s`));
  if (mfu !== undefined) parts.push(pc.dim(`MFU ${percent(mfu)} %`));
  return parts.join(' ');
}

function stateWord(view: SweepView): string {
  if (view.state === 'running') return pc.cyan('running');
  if (view.state === 'paused') return pc.yellow('paused');
  return pc.dim(view.state);
}
