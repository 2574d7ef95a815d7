import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { runToEnd, smallSweep, writeSweep } from '../support/sweep-process.ts';
import { DeployedWorker } from './deployed-worker.ts';
import { newPlace, startOwnTemporal } from './own-temporal.ts';

interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code?: number };
}

interface Receiver {
  endpoint: string;
  spans: ReceivedSpan[];
  authorizations: Set<string | undefined>;
}

/** What a collector would be told. */
async function startReceiver(): Promise<Receiver> {
  const spans: ReceivedSpan[] = [];
  const authorizations = new Set<string | undefined>();
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    authorizations.add(request.headers.authorization);
    const { resourceSpans } = (await json(request)) as {
      resourceSpans: { scopeSpans: { spans: ReceivedSpan[] }[] }[];
    };
    if (request.url === '/v1/traces')
      spans.push(...resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)));
    response.end('{}');
  };
  const server = createServer((request, response) => void receive(request, response));
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, spans, authorizations };
}

it('tells a sweep, its lineages, activities, tries and their phases as one tree', async () => {
  const receiver = await startReceiver();
  const place = newPlace();
  const TEMPORAL_ADDRESS = await startOwnTemporal();
  const worker = await DeployedWorker.start({
    TEMPORAL_ADDRESS,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20canary',
  });
  const sweep = smallSweep({ stream: { domains: ['travel'] }, seeds: 1 });
  const file = writeSweep(place, { ...sweep, store: `file://${place.folder}/store` });
  const finished = await runToEnd(place, file, { TEMPORAL_ADDRESS });
  expect(finished.state).toBe('done');
  expect(await worker.drain()).toBe(0);

  const { spans } = receiver;
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  expect(receiver.authorizations).toEqual(new Set(['Bearer canary']));

  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const pathOf = (span: ReceivedSpan): string => {
    const parent = byId.get(span.parentSpanId ?? '');
    return parent ? `${pathOf(parent)} > ${span.name}` : span.name;
  };
  const root = `sweep ${finished.sweep}`;
  const paths = new Set(spans.map(pathOf));
  for (const path of [
    root,
    `${root} > report`,
    `${root} > lineage keep/1`,
    `${root} > lineage keep/1 > prepare`,
    `${root} > lineage keep/1 > train keep/1/travel`,
    `${root} > lineage keep/1 > train keep/1/travel > queued`,
    `${root} > lineage keep/1 > train keep/1/travel > running`,
    `${root} > lineage strip/1 > evaluate strip/1/travel > starting`,
  ])
    expect(paths).toContain(path);
  for (const span of spans) {
    expect(span.status.code).toBeUndefined();
    expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
  }
});

it('is worth no work: a collector that is away costs a line in the log', async () => {
  const place = newPlace();
  const TEMPORAL_ADDRESS = await startOwnTemporal();
  const worker = await DeployedWorker.start({
    TEMPORAL_ADDRESS,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
  });
  const sweep = smallSweep({ stream: { domains: ['travel'] }, seeds: 1 });
  const file = writeSweep(place, { ...sweep, store: `file://${place.folder}/store` });
  expect(await runToEnd(place, file, { TEMPORAL_ADDRESS })).toMatchObject({ state: 'done' });
  expect(await worker.drain()).toBe(0);
  expect(worker.stdout.match(/traces cannot be sent/g)).toHaveLength(1);
});
