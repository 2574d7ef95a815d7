import type { TryObserver } from '../activities/try-observer.ts';
import { redactSecrets } from '../compute/redact-secrets.ts';
import { SPANS_EVERY, SPANS_PATIENCE } from '../contract/timeouts.ts';
import type { Log } from './log.ts';
import { type Span, spansOfTry } from './spans.ts';

/** So many spans wait while nobody takes them; then the oldest are let go. */
const MOST = 10_000;

/**
 * Sends spans as OTLP over HTTP, in its JSON form (opentelemetry.io/docs/specs/otlp). A trace is good to have and never worth
 * anybody's work: what cannot be sent is kept for a while, and then left out.
 */
export class Tracer {
  private readonly url: string;
  private readonly headers: Record<string, string>;
  private readonly log: Log;
  private readonly timer: NodeJS.Timeout;
  private waiting: Span[] = [];
  private isSilent = false;

  constructor(url: string, headers: Record<string, string>, log: Log) {
    this.url = url;
    this.headers = { ...headers, 'content-type': 'application/json' };
    this.log = log;
    this.timer = setInterval(() => void this.flush(), SPANS_EVERY).unref();
  }

  add(...spans: Span[]): void {
    this.waiting = [...this.waiting, ...spans].slice(-MOST);
  }

  /** Tells of tries that end. */
  get observer(): TryObserver {
    return {
      onState: (one) => this.add(...spansOfTry(one)),
      onLeft: () => undefined,
      onProgress: () => undefined,
      onCarried: () => undefined,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private async flush(): Promise<void> {
    const spans = this.waiting;
    if (spans.length === 0) return;
    this.waiting = [];
    try {
      const { ok, status } = await fetch(this.url, {
        method: 'POST',
        headers: this.headers,
        body: JSON.stringify(encode(spans)),
        signal: AbortSignal.timeout(SPANS_PATIENCE),
      });
      if (!ok) throw new Error(`status ${status}`);
      this.isSilent = false;
    } catch (error) {
      this.waiting = [...spans, ...this.waiting].slice(-MOST);
      if (!this.isSilent)
        this.log('warn', 'traces cannot be sent', { url: this.url, why: String(error) });
      this.isSilent = true;
    }
  }
}

/** By OpenTelemetry's own variables; undefined: `OTEL_EXPORTER_OTLP_ENDPOINT` is not set, and nothing is traced. */
export function openTracer(log: Log): Tracer | undefined {
  const env = process.env;
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const url =
    env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || (base && `${base.replace(/\/$/, '')}/v1/traces`);
  if (!url) return undefined;
  return new Tracer(url, readHeaders(env['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''), log);
}

/** `name=value,name=value`, values percent-encoded. */
function readHeaders(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const [, name, value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
      return name ? [[name, decodeURIComponent(value)]] : [];
    }),
  );
}

function encode(spans: Span[]): object {
  const name = process.env['OTEL_SERVICE_NAME'] || 'ratchet';
  const resource = { attributes: [attribute('service.name', name)] };
  const scopeSpans = [{ scope: { name: 'ratchet' }, spans: spans.map(encodeSpan) }];
  return { resourceSpans: [{ resource, scopeSpans }] };
}

const INTERNAL = 1;
const ERROR = 2;

function encodeSpan({ start, end, attributes, error, parentSpanId, ...span }: Span): object {
  return {
    ...span,
    ...(parentSpanId !== null && { parentSpanId }),
    kind: INTERNAL,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(Math.max(start, end)),
    attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    status: error === null ? {} : { code: ERROR, message: redactSecrets(error) },
  };
}

function attribute(key: string, value: string | number): object {
  return { key, value: typeof value === 'string' ? { stringValue: value } : { intValue: value } };
}

function nanoseconds(milliseconds: number): string {
  return String(BigInt(Math.round(milliseconds)) * 1_000_000n);
}
