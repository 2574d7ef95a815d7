import { createHash } from 'node:crypto';
import { lineageWorkflowId } from '../contract/workflows.ts';
import type { Try } from '../store/tries.ts';

/** A part of a sweep's trace, as OpenTelemetry knows it. Times in milliseconds since 1970. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  start: number;
  end: number;
  attributes: Record<string, string | number>;
  /** Why it failed. */
  error: string | null;
}

/**
 * Ids are digests of names, so that every worker adds to the same trace, and to the same parents, without a word from
 * anybody: nothing has to travel through workflows or their histories. 32 hex digits.
 */
export function traceIdOf(sweep: string): string {
  return digest(`trace ${sweep}`, 32);
}

/** Of a workflow, or of whatever else has a name of its own. 16 hex digits. */
export function spanIdOf(name: string): string {
  return digest(`span ${name}`, 16);
}

/** An ended try, below its lineage, and its phases below it. */
export function spansOfTry(one: Try): Span[] {
  const { end, key, condition, seed, block, stage, name } = one;
  if (!end) return [];
  const traceId = traceIdOf(key);
  const spanId = spanIdOf(`${key} ${stage} ${name}`);
  const { pod, node, attempt, gpus } = one;
  const whole: Span = {
    traceId,
    spanId,
    parentSpanId: spanIdOf(lineageWorkflowId(key, `${condition}/${seed}`)),
    name: `${stage} ${condition}/${seed}/${block}`,
    start: Date.parse(one.queuedAt),
    end: Date.parse(one.seenAt),
    attributes: { ...present({ pod, node, attempt }), gpus, result: end.result },
    error: 'cause' in end ? `${end.cause}: ${end.message}` : null,
  };
  const phases = [
    ['queued', one.queuedAt, one.startingAt],
    ['starting', one.startingAt, one.runningAt],
    ['running', one.runningAt, null],
  ] as const;
  return [
    whole,
    ...phases.flatMap(([phase, from, to]): Span[] => {
      if (from === null) return [];
      const times = { start: Date.parse(from), end: Date.parse(to ?? one.seenAt) };
      const own = { name: phase, spanId: spanIdOf(`${spanId} ${phase}`), parentSpanId: spanId };
      return [{ traceId, ...own, ...times, attributes: {}, error: null }];
    }),
  ];
}

function present(values: Record<string, string | number | null>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}

function digest(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
