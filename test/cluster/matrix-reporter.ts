import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { root } from '../boundary/rooms.ts';

const PAGE = join(root, 'docs', 'cluster-matrix.md');

const HEAD = `# Failures in a cluster

Written by \`npm run test:cluster -- --full\`: a real control plane, kubelets, an S3 server and Temporal, all on one machine. Beyond
what a row says, after every test that runs a sweep the cluster has no Job and no pod left, the offline checker finds nothing in the
store, and where the sweep was done its results are the bytes of the same sweep undisturbed.

| test | what struck | result | seconds | when and where |
|---|---|---|---|---|
`;

/** Writes down which faults struck and how each test of them ended; tests that did not run keep their rows. */
export class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = readRows();
    for (const module of modules)
      for (const test of module.children.allTests('passed')) rows.set(...rowOf(module, test));
    for (const module of modules)
      for (const test of module.children.allTests('failed')) rows.set(...rowOf(module, test));
    const sorted = [...rows].toSorted(([a], [b]) => a.localeCompare(b)).map(([, row]) => row);
    writeFileSync(PAGE, `${HEAD}${sorted.join('\n')}\n`);
  }
}

/** Of earlier runs, by test. */
function readRows(): Map<string, string> {
  const text = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const lines = text.split('\n').filter((line) => line.startsWith('| ') && !HEAD.includes(line));
  return new Map(lines.map((line) => [line.split(' | ')[0] ?? '', line]));
}

function rowOf(module: TestModule, test: TestCase): [string, string] {
  const { fired = [] } = test.meta();
  const seconds = ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(0);
  const name = `| ${basename(module.moduleId, '.test.ts')}: ${escape(test.fullName)}`;
  const cells = [name, escape(fired.join('; ')), test.result().state, seconds, describeMachine()];
  return [name, `${cells.join(' | ')} |`];
}

function describeMachine(): string {
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${new Date().toISOString().slice(0, 10)}, ${cpus().length} processors, ${memory} GiB`;
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|');
}
