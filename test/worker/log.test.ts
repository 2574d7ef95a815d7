import { afterEach, expect, test, vi } from 'vitest';
import { redactSecrets } from '../../compute/redact-secrets.ts';
import { createLog, type LogFormat } from '../../worker/log.ts';
import { logTries } from '../../worker/log-tries.ts';
import type { Try } from '../../store/tries.ts';

afterEach(() => void vi.unstubAllEnvs());

function collect(format: LogFormat): { lines: string[]; log: ReturnType<typeof createLog> } {
  const lines: string[] = [];
  return { lines, log: createLog(format, 'info', (line) => lines.push(line)) };
}

const TRY: Try = {
  format: 1,
  key: 'study-0123456789ab',
  name: 'pod-1',
  stage: 'train',
  unit: '0'.repeat(64),
  condition: 'keep',
  seed: 1,
  block: 'travel',
  gpus: 1,
  pod: 'pod-1',
  node: 'n1',
  memory: '8Gi',
  avoidNodes: [],
  attempt: 2,
  state: 'ended',
  message: null,
  queuedAt: '2026-01-02T03:00:00.000Z',
  startingAt: '2026-01-02T03:00:10.000Z',
  runningAt: '2026-01-02T03:00:25.000Z',
  seenAt: '2026-01-02T03:01:05.000Z',
  predicted: 0,
  committed: 0,
  end: { result: 'failed', cause: 'trainer-bug', message: 'exit 1:\nno "luck"', failures: 1 },
};

test('on a cluster every event is one JSON object a line, with what it belongs to', () => {
  const { lines, log } = collect('json');
  logTries(log).onState(TRY);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.split('\n')).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    level: 'error',
    message: 'train keep/1/travel: failed',
    sweep: 'study-0123456789ab',
    condition: 'keep',
    seed: 1,
    block: 'travel',
    stage: 'train',
    attempt: 2,
    pod: 'pod-1',
    node: 'n1',
    state: 'ended',
    result: 'failed',
    cause: 'trainer-bug',
    why: 'exit 1:\nno "luck"',
  });
});

test('embedded it is a line for people', () => {
  const { lines, log } = collect('text');
  logTries(log).onState({ ...TRY, end: { result: 'done' } });
  expect(lines.join('')).toMatch(
    /^\S+Z INFO {2}train keep\/1\/travel: done sweep=study-0123456789ab condition=keep seed=1 .* result=done\n$/,
  );
});

test('what is less than the level is left out', () => {
  const { lines, log } = collect('json');
  log('debug', 'a detail');
  expect(lines).toEqual([]);
});

test('values of secret variables are replaced by their names, wherever they stand', () => {
  vi.stubEnv('WANDB_API_KEY', 'canary-"quoted"');
  vi.stubEnv('DB_PASSWORD', 'canary-password');
  const { lines, log } = collect('json');
  log('info', 'said canary-password', { why: 'and canary-password' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    message: 'said [DB_PASSWORD]',
    why: 'and [DB_PASSWORD]',
  });
  log('info', 'said canary-"quoted"');
  expect(lines[1]).not.toContain('canary');
});

test('paths to secrets, short values and other variables stay', () => {
  const env = {
    TEMPORAL_TLS_CLIENT_KEY_PATH: '/etc/tls/client.key',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/token-file',
    MONKEY: 'bananas-and-more',
    TOKEN: 'short',
  };
  const text = 'bananas-and-more short /etc/tls/client.key /var/run/token-file';
  expect(redactSecrets(text, env)).toBe(text);
});
