import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CheckpointFacts } from '../../contract/checkpoint-facts.ts';
import type { Results } from '../../contract/results.ts';
import { openFileStore } from '../../store/file-store.ts';
import { blobPath } from '../../store/layout.ts';
import { BIN, makeFolder, type Ran, ratchet } from './ratchet.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');

describe('a tiny sweep by its verbs', () => {
  const folder = makeFolder();
  const env = { RATCHET_HOME: join(folder, 'home') };
  const call = (...args: string[]): Promise<Ran> => ratchet(args, { cwd: folder, env });
  let ended: { sweep: string; state: string; results: string; report: string };

  let lines: string[];

  beforeAll(async () => {
    copyFileSync(join(EXAMPLES, 'tiny.yaml'), join(folder, 'tiny.yaml'));
    const ran = await call('run', 'tiny.yaml', '--json');
    lines = ran.stdout.trim().split('\n');
    ended = JSON.parse(lines.at(-1) ?? '');
  });

  test('run ends with one JSON line that names results and report', () => {
    expect(lines).toHaveLength(1);
    expect(ended).toMatchObject({
      sweep: expect.stringMatching(/^tiny-[0-9a-f]{12}$/),
      state: 'done',
    });
    const results = JSON.parse(readFileSync(ended.results, 'utf8')) as Results;
    expect(Object.keys(results.conditions)).toEqual(['keep', 'strip']);
    const [run] = results.conditions['keep']?.runs ?? [];
    expect(run).toMatchObject({ seed: 1, order: ['travel', 'banking'] });
    expect(run?.matrix).toHaveLength(2);
    expect(run?.blocks[0]).toMatchObject({
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      domain: 'travel',
    });
    expect(run?.blocks[0]?.steps).toBeGreaterThan(0);
    expect(results.conditions['keep']?.averageAccuracy).toMatchObject({ n: 2 });
    expect(results.data.counts).toHaveLength(2 * 2 * 2 * 2);
    expect(readFileSync(ended.report, 'utf8')).toMatch(/^<!doctype html>/i);
  });

  test('results say what the scores are held against, on the prompts that were asked', () => {
    const { references, conditions } = JSON.parse(readFileSync(ended.results, 'utf8')) as Results;
    expect(references).toHaveLength(2 * 2 * 2);
    for (const own of references) {
      expect(own.goldReplay.right.exact).toBe(own.examples);
      expect(own.worldReplay).toEqual({ dialogues: 4, fulfilled: 4 });
    }
    const copyable = (condition: string): number =>
      references
        .filter((own) => own.condition === condition)
        .reduce((sum, own) => sum + own.copyable, 0);
    expect(copyable('keep')).toBeGreaterThan(copyable('strip'));
    for (const { strata, runs } of Object.values(conditions)) {
      const [run] = runs;
      const scored = run?.cells.at(-1)?.reduce((sum, cell) => sum + (cell?.examples ?? 0), 0);
      const { seen, novel, 'new-tool': newTool } = strata;
      const split = seen.examples + novel.examples + newTool.examples;
      expect(split).toBe(2 * (scored ?? Number.NaN));
    }
  });

  test('run again on the same file finds everything done', async () => {
    const before = readFileSync(ended.results);
    const again = await call('run', 'tiny.yaml', '--json');
    expect(JSON.parse(again.stdout)).toEqual(ended);
    expect(readFileSync(ended.results)).toEqual(before);
    const attempts = JSON.parse((await call('logs', '--json')).stdout) as { attempt: number }[];
    expect(attempts).toHaveLength(8);
    expect(attempts.every(({ attempt }) => attempt === 1)).toBe(true);
    const evaluations = JSON.parse((await call('logs', '--evaluation', '--json')).stdout);
    expect(evaluations).toHaveLength(12);
    const base = { checkpoint: 'keep/1/base', try: 1, pod: null, result: 'done' };
    expect(evaluations).toContainEqual(expect.objectContaining(base));
  });

  test('plan says that everything is stored', async () => {
    const plan = JSON.parse((await call('plan', 'tiny.yaml', '--json')).stdout);
    expect(plan.blocks).toEqual({ total: 8, stored: 8, resume: 0, compute: 0 });
    expect(plan.cells).toEqual({ total: 24, stored: 24, score: 0, compute: 0 });
    expect(plan.tokens.map(({ condition }: { condition: string }) => condition)).toEqual([
      'keep',
      'strip',
    ]);
    expect(plan.tokens[0].tokens).toBeGreaterThan(plan.tokens[1].tokens);
  });

  test('a third seed computes only its own', async () => {
    const text = readFileSync(join(folder, 'tiny.yaml'), 'utf8').replace('seeds: 2', 'seeds: 3');
    writeFileSync(join(folder, 'more.yaml'), text);
    const plan = JSON.parse((await call('plan', 'more.yaml', '--json')).stdout);
    expect(plan.blocks).toEqual({ total: 12, stored: 8, resume: 0, compute: 4 });
    expect(plan.cells).toEqual({ total: 36, stored: 24, score: 0, compute: 12 });
  });

  test('status, for people and machines', async () => {
    const status = JSON.parse((await call('status', '--json')).stdout);
    expect(status).toMatchObject({
      sweep: ended.sweep,
      state: 'done',
      cells: { planned: 24, missing: 0 },
    });
    expect((await call('status', '--all')).stdout).toMatch(/^SWEEP\s+STATE\s+CELLS.*\ntiny-/);
    const unknown = await call('status', 'nothing');
    expect(unknown.code).toBe(10);
    expect(unknown.stderr).toMatch(/no sweep nothing .*did you mean tiny-/);
  });

  test('export writes a checkpoint and the data as OpenAI messages', async () => {
    expect(
      await call('export', 'checkpoint', 'keep/1/banking', '--output', 'weights'),
    ).toMatchObject({ code: 0 });
    const read = (name: string): string => readFileSync(join(folder, 'weights', name), 'utf8');
    const about = JSON.parse(read('checkpoint.json')) as CheckpointFacts;
    expect(
      [...about.files.map(({ name }) => name), 'README.md', 'checkpoint.json'].toSorted(),
    ).toEqual(readdirSync(join(folder, 'weights')).toSorted());
    const results = JSON.parse(readFileSync(ended.results, 'utf8')) as Results;
    const run = results.conditions['keep']?.runs.find(({ seed }) => seed === 1);
    expect(about.lineage.map(({ key, steps }) => ({ key, steps }))).toEqual(
      run?.blocks.map(({ key, steps }) => ({ key, steps })),
    );
    const shares = about.evaluation.domains.map((one) => ({
      zeroShot: (one.zeroShot?.right.exact ?? 0) / one.prompts.examples,
      right: (one.checkpoint?.right.exact ?? 0) / one.prompts.examples,
    }));
    expect(shares.map(({ right }) => right)).toEqual(run?.matrix.at(-1));
    expect(shares.map(({ zeroShot }) => zeroShot)).toEqual(run?.zeroShot);
    expect(read('README.md')).toContain('**This is no language model.**');
    expect(await call('export', 'data', 'tiny.yaml', '--output', 'data')).toMatchObject({
      code: 0,
    });
    const exported = readFileSync(join(folder, 'data', 'keep', '1', 'travel.train.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const { messages, tools } = JSON.parse(exported[0] ?? '');
    expect(messages.at(-1).tool_calls.length).toBeGreaterThan(0);
    expect(tools[0]).toMatchObject({
      type: 'function',
      function: { parameters: { type: 'object' } },
    });
    const taken = await call('export', 'data', 'tiny.yaml', '--output', 'data');
    expect(taken).toMatchObject({ code: 2, stderr: expect.stringMatching(/not empty/) });
    expect((await call('export', 'checkpoint', 'keep/9/banking', '--output', 'x')).code).toBe(10);
  });

  test('report and rescore work from the store alone', async () => {
    const before = readFileSync(ended.results);
    const report = await call('report', '--output', 'copy', '--json');
    expect(JSON.parse(report.stdout)).toMatchObject({ sweep: ended.sweep, report: ended.report });
    expect(readdirSync(join(folder, 'copy'))).toEqual(
      expect.arrayContaining(['results.json', 'report.html', 'cells.csv']),
    );
    const rescored = JSON.parse((await call('rescore', '--json')).stdout);
    expect(rescored).toMatchObject({ scored: 0, kept: 24, missing: 0 });
    expect(readFileSync(ended.results)).toEqual(before);
  });

  test('predictions --compare counts where one condition is right and the other is not', async () => {
    interface Listed {
      condition: string;
      seed: number;
      id: string;
      right: { exact: boolean };
    }
    const { predictions } = JSON.parse(
      (await call('predictions', '-n', '999', '--json')).stdout,
    ) as {
      predictions: Listed[];
    };
    const right = new Map(
      predictions.map(({ condition, seed, id, right: { exact } }) => [
        `${condition} ${seed} ${id}`,
        exact,
      ]),
    );
    const better = predictions.filter(
      ({ condition, seed, id }) =>
        condition === 'keep' &&
        right.get(`keep ${seed} ${id}`) &&
        !right.get(`strip ${seed} ${id}`),
    );
    const compared = JSON.parse(
      (await call('predictions', '--compare', '--only', 'better', '-n', '999', '--json')).stdout,
    );
    expect(better.length).toBeGreaterThan(0);
    expect(compared.counts.better).toBe(better.length);
    const ids = compared.examples.map(({ id }: { id: string }) => id);
    expect(ids.toSorted()).toEqual([...new Set(better.map(({ id }) => id))].toSorted());
    const reversed = JSON.parse(
      (await call('predictions', '--compare', 'strip - keep', '--json')).stdout,
    );
    expect(reversed.counts.worse).toBe(better.length);
    expect((await call('predictions', '--compare')).stdout).toMatch(/better in 1 of 1 seed/);
  });

  test('store verify finds nothing wrong, doctor neither', async () => {
    const verified = JSON.parse((await call('store', 'verify', '--json')).stdout);
    expect(verified.findings).toEqual([]);
    expect(verified.counts.blocks).toBe(8);
    const doctor = await call('doctor', '--json');
    expect(doctor.code).toBe(0);
    expect(JSON.parse(doctor.stdout).map(({ name }: { name: string }) => name)).toContain(
      'temporal',
    );
  });

  test('store gc removes what nothing needs, tells before what it would, and du tells what is left', async () => {
    const store = join(folder, 'home', 'store');
    const { sha256 } = await (await openFileStore(store)).putBlob(Buffer.from('nobody needs this'));
    for (const name of readdirSync(store, { recursive: true, encoding: 'utf8' }))
      utimesSync(join(store, name), 0, 0);
    const told = await call('store', 'gc');
    expect(told).toMatchObject({
      code: 0,
      stdout: 'KIND   OBJECTS   BYTES\nblob   1         17 B\n',
    });
    expect(told.stderr).toContain('1 objects, 17 B could be removed; nothing was');
    const removed = JSON.parse((await call('store', 'gc', '--delete', '--json')).stdout);
    expect(removed).toMatchObject({ removed: true, garbage: [{ path: blobPath(sha256) }] });
    expect(JSON.parse((await call('store', 'verify', '--json')).stdout)).toMatchObject({
      findings: [],
      counts: { blocks: 8, orphans: 0 },
    });
    const { usage } = JSON.parse((await call('store', 'du', '--json')).stdout);
    expect(usage).toContainEqual({ kind: 'manifest', objects: 8, bytes: expect.any(Number) });
    for (const grace of ['soon', '0', 'Infinity']) {
      const refused = await call('store', 'gc', '--grace', grace);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toBe(
        `--grace: expected a number of hours, 2 or more, found "${grace}"\n`,
      );
    }
  });

  test('what a repair took away of the sizes of data is counted again by report', async () => {
    const before = readFileSync(ended.results);
    const counts = join(folder, 'home', 'store', 'counts');
    const [damaged = ''] = readdirSync(counts);
    rmSync(join(counts, damaged));
    writeFileSync(join(counts, damaged), 'torn');
    const repair = await call('store', 'repair');
    expect(repair.stdout).toContain(`counts/${damaged}`);
    expect(repair.stderr).toContain('ratchet report');
    expect(existsSync(join(counts, damaged))).toBe(false);
    expect((await call('report', '--json')).code).toBe(0);
    expect(readFileSync(ended.results)).toEqual(before);
  });

  test('init writes a file that validates, and never overwrites', async () => {
    expect(await call('init', 'mine.yaml', '--name', 'mine')).toMatchObject({ code: 0 });
    expect(await call('validate', 'mine.yaml')).toMatchObject({ code: 0 });
    expect(await call('init', 'mine.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/exists/),
    });
  });
});

test('Ctrl-C detaches, says how to come back, and the sweep goes on', async () => {
  const folder = makeFolder();
  const env = {
    ...process.env,
    RATCHET_HOME: join(folder, 'home'),
    NO_COLOR: '1',
    RATCHET_IDLE_SECONDS: '1',
  };
  const child = spawn(process.execPath, [BIN, 'run', join(EXAMPLES, 'tiny.yaml'), '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, printed] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    const before = said;
    said += chunk.toString();
    if (said.includes('running') && !before.includes('running')) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(130);
  const { sweep, state } = JSON.parse(printed);
  expect(state).toBe('running');
  expect(said).toContain(`Come back with: ratchet watch ${sweep}`);
  const watched = await ratchet(['watch', '--json'], {
    cwd: folder,
    env: { RATCHET_HOME: env.RATCHET_HOME },
  });
  expect(JSON.parse(watched.stdout)).toMatchObject({ sweep, state: 'done' });
  expect(existsSync(JSON.parse(watched.stdout).report)).toBe(true);
});
