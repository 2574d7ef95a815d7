import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { followLog } from '../../k8s/follow-log.ts';
import { startFakeApiServer } from './fake-api-server.ts';

const SOURCE = { namespace: 'team', pod: 'ratchet-1', container: 'trainer' };

/** Follows a log that is answered so, one connection after the other; the container ends with the last. */
async function follow(...answers: ((response: ServerResponse) => void)[]): Promise<string[]> {
  const texts: string[] = [];
  const left = [...answers];
  const { config } = await startFakeApiServer((_url, response) => left.shift()?.(response));
  await followLog({ config } as Parameters<typeof followLog>[0], SOURCE, {
    onText: (text, restarted) => texts.push(`${restarted ? 'anew: ' : ''}${text}`),
    hasEnded: () => left.length === 0,
    signal: new AbortController().signal,
  });
  return texts;
}

test('a log is read to its end', async () => {
  const texts = await follow((response) => {
    response.write('step 1\n', () => response.end('step 2\n'));
  });
  expect(texts.join('')).toBe('anew: step 1\nstep 2\n');
});

test.each<[string, (response: ServerResponse) => void]>([
  ['breaks in the middle', (response) => response.write('step', () => response.destroy())],
  ['ends while the container runs', (response) => response.end('step')],
  ['is refused while the container starts', (response) => response.writeHead(400).end()],
])('a connection that %s is followed by another, from the beginning', async (_how, first) => {
  const texts = await follow(first, (response) => response.end('step 1\n'));
  expect(texts.at(-1)).toBe('anew: step 1\n');
});
