import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DETERMINISTIC, root } from './rooms.ts';

/** Offences, one a line, each of which the tool under test has to name. The first line offends nobody. */
type Offences = Record<string, string>;

const HARMLESS = "export { sleep as harmless } from '@temporalio/workflow';";

const REFUSED_BY_COMPILER: Offences = {
  'a Node module': "export * as fs from 'node:fs';",
  'the type of a Node module': "export type { Socket } from 'node:net';",
  'a room that is no reference': "export { outside } from '../activities/outside.ts';",
  'the type of a room that is no reference': "export type { Far } from '../activities/far.ts';",
  process: 'export const a = process.env;',
  Buffer: 'export const b = Buffer.alloc(1);',
  setTimeout: 'export const c = setTimeout;',
  fetch: 'export const d = fetch;',
  console: 'export const e = console;',
  crypto: 'export const f = crypto;',
  performance: 'export const g = performance;',
};

const REFUSED_BY_LINTER: Offences = {
  'a folder of a Node module': "export * as fs from 'node:fs/promises';",
  'a Node module by its old name': "export * as path from 'path';",
  'a room that does I/O': "export { outside } from '../activities/outside.ts';",
  "Temporal's client": "export { Client } from '@temporalio/client';",
  'Date.now': 'export const a = Date.now();',
  'new Date': 'export const b = new Date();',
  'Math.random': 'export const c = Math.random();',
  WeakRef: 'export const d = new WeakRef({});',
  FinalizationRegistry: 'export const e = new FinalizationRegistry(() => undefined);',
  'the locale': "export const f = 'a'.localeCompare('b');",
  globalThis: 'export const g = globalThis;',
};

const REFUSED_EVERYWHERE: Offences = {
  'a promise that nobody awaits': 'Promise.resolve();',
  'a switch that forgets a case':
    "export const of = (a: 1 | 2): void => { switch (a) { case 1: throw new Error('1'); } };",
  any: 'export const a = (b: any): unknown => b;',
  console: "console.log('a');",
  'a default export': 'export default 1;',
};

const copies: string[] = [];
afterAll(() => copies.forEach((copy) => rmSync(copy, { recursive: true })));

/** A copy of the project's rules around rooms that hold nothing but these files. */
function copyRules(files: Record<string, Offences>): string {
  const copy = mkdtempSync(join(tmpdir(), 'ratchet-fences-'));
  copies.push(copy);
  const rules = ['.gitignore', '.oxlintrc.json', 'package.json', 'tsconfig.base.json'];
  const rooms = [...DETERMINISTIC, 'store', 'activities'].map((room) => `${room}/tsconfig.json`);
  for (const file of [...rules, ...rooms]) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const [file, offences] of Object.entries(files))
    writeFileSync(join(copy, file), [HARMLESS, ...Object.values(offences)].join('\n'));
  return copy;
}

/** The lines of each file (`file:line` or `file(line`) that a tool complains of. */
function complaints(copy: string, tool: string, ...args: string[]): Map<string, Set<number>> {
  const program = join(root, 'node_modules', '.bin', tool);
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const { stdout } = spawnSync(program, args, { cwd: copy, encoding: 'utf8', stdio: [...stdio] });
  const lines = new Map<string, Set<number>>();
  for (const [, file = '', line] of stdout.matchAll(/^([\w/]+\.ts)[(:](\d+)/gm))
    lines.set(file, (lines.get(file) ?? new Set()).add(Number(line)));
  return lines;
}

function named(lines: Set<number> | undefined, offences: Offences): string[] {
  return ['nothing at all', ...Object.keys(offences)].filter((_, i) => lines?.has(i + 1));
}

describe('the compiler', () => {
  let found: ReturnType<typeof complaints>;
  beforeAll(() => {
    const files = DETERMINISTIC.map((room) => [`${room}/bad.ts`, REFUSED_BY_COMPILER] as const);
    const outside = {
      'activities/outside.ts': { value: 'export const outside = 1;' },
      'activities/far.ts': { type: 'export type Far = 1;' },
    };
    const copy = copyRules({ ...Object.fromEntries(files), ...outside });
    found = complaints(copy, 'tsc', '-b', '--pretty', 'false', ...DETERMINISTIC);
  });

  test.each(DETERMINISTIC)('keeps the machine and rooms that do I/O out of %s', (room) => {
    const refused = named(found.get(`${room}/bad.ts`), REFUSED_BY_COMPILER);
    expect(refused).toEqual(Object.keys(REFUSED_BY_COMPILER));
  });
});

describe('the linter', () => {
  let found: ReturnType<typeof complaints>;
  beforeAll(() => {
    const files = DETERMINISTIC.map((room) => [`${room}/bad.ts`, REFUSED_BY_LINTER] as const);
    const copy = copyRules({ ...Object.fromEntries(files), 'store/bad.ts': REFUSED_EVERYWHERE });
    found = complaints(copy, 'oxlint', '--format=unix');
  });

  test.each(DETERMINISTIC)('keeps clocks, chance and I/O out of %s', (room) => {
    const refused = named(found.get(`${room}/bad.ts`), REFUSED_BY_LINTER);
    expect(refused).toEqual(Object.keys(REFUSED_BY_LINTER));
  });

  test('refuses elsewhere what no room may do', () => {
    const refused = named(found.get('store/bad.ts'), REFUSED_EVERYWHERE);
    expect(refused).toEqual(Object.keys(REFUSED_EVERYWHERE));
  });
});

const quiet = (): void => undefined;

test("the workflow bundler refuses a package that reaches for Node's modules", async () => {
  const copy = copyRules({ 'workflows/index.ts': { bad: "export * from 'env-paths';" } });
  const said: string[] = [];
  const error = (message: string): number => said.push(message);
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error };
  const bundled = bundleWorkflowCode({ workflowsPath: join(copy, 'workflows/index.ts'), logger });
  await expect(bundled).rejects.toThrow('Webpack finished with errors');
  expect(said.join('\n')).toMatch(/env-paths[^]*node:path/);
});
