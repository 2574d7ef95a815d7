import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lineOf } from '../data/jsonl-fixture.ts';
import { makeFolder, type Ran, ratchet } from './ratchet.ts';

const NAMES = ['Ann', 'Bob', 'Cid', 'Dee', 'Eve', 'Fay', 'Gus', 'Hal', 'Ida', 'Jon'];
const sweepOf = (suite: string, domains: string): string => `version: ratchet/v1
name: study
suite: ${suite}
stream:
  domains: [${domains}]
conditions: { keep: { trace: keep }, strip: { trace: strip } }
seeds: 2
`;

/** A folder with a sweep over two files of one's own. */
function makeStudy({ suite = '{ kind: jsonl, path: data }', domains = 'banking, travel' } = {}) {
  const folder = makeFolder();
  mkdirSync(join(folder, 'data'));
  for (const domain of ['banking', 'travel']) writeLines(folder, `${domain}.jsonl`, NAMES);
  writeFileSync(join(folder, 'sweep.yaml'), sweepOf(suite, domains));
  return folder;
}

function writeLines(folder: string, file: string, names: readonly string[]): void {
  const lines = names.map((name) => `${JSON.stringify(lineOf(name))}\n`);
  writeFileSync(join(folder, 'data', file), lines.join(''));
}

function run(folder: string, ...args: string[]): Promise<Ran> {
  return ratchet(args, { cwd: folder, env: { RATCHET_HOME: '.home' } });
}

describe('a folder of JSONL', () => {
  test('is a suite: a domain a file', async () => {
    const ran = await run(makeStudy(), 'validate', 'sweep.yaml', '--json');
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout)).toMatchObject({ valid: true, examples: 40, warnings: [] });
  });

  test('tells its domains where the stream names another', async () => {
    const ran = await run(makeStudy({ domains: 'banking, travle' }), 'validate', 'sweep.yaml');
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(
      /^sweep\.yaml:5:22: stream\.domains\[1\]: expected "banking" or "travel", found "travle" \(did you mean "travel"\?\)\n +5 \| +domains: \[banking, travle\]\n/,
    );
  });

  test('is refused at the line that is wrong, by the way to its file', async () => {
    const folder = makeStudy();
    appendFileSync(join(folder, 'data', 'travel.jsonl'), '{"messages": 3}\n');
    const ran = await run(folder, 'validate', 'sweep.yaml');
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(
      /data\/travel\.jsonl, line 11, field messages: expected a list of messages, found 3\.\n$/,
    );
  });

  test.each([
    ['that is not there', 'none', /none: no such folder\n$/],
    ['without a file', '.home', /\.home: expected \.jsonl files in it, found none\n$/],
  ])('%s is told', async (_, path, says) => {
    const folder = makeStudy({ suite: `{ kind: jsonl, path: ${path} }` });
    if (path === '.home') mkdirSync(join(folder, path));
    const ran = await run(folder, 'validate', 'sweep.yaml');
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(says);
  });

  test('may link inside itself, not out of itself', async () => {
    const folder = makeStudy();
    writeFileSync(join(folder, 'outside.jsonl'), readFileSync(join(folder, 'data/travel.jsonl')));
    symlinkSync('banking.jsonl', join(folder, 'data', 'copy.jsonl'));
    expect((await run(folder, 'validate', 'sweep.yaml')).code).toBe(0);
    symlinkSync(join('..', 'outside.jsonl'), join(folder, 'data', 'secret.jsonl'));
    const ran = await run(folder, 'validate', 'sweep.yaml');
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(/secret\.jsonl: a link out of the folder: put the file itself here/);
  });

  test('split by example is warned of', async () => {
    const suite = '{ kind: jsonl, path: data, split: { unit: example } }';
    const ran = await run(makeStudy({ suite }), 'validate', 'sweep.yaml');
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/^warning: The split leaks: split\.unit is example, and \d+ of 40/);
  });
});

test('the files of the hub are asked for by name', async () => {
  const folder = makeStudy({ suite: '{ kind: api-bank, source: hub, path: data }', domains: 'D1' });
  const ran = await run(folder, 'validate', 'sweep.yaml');
  expect(ran.code).toBe(4);
  expect(ran.stderr).toMatch(
    /no such file: lv1-train\.json, lv2-train\.json, lv3-train\.json\..*comes from the data set/,
  );
});

describe('a lock of the data', () => {
  test('is written beside the sweep file, and holds as long as the data do', async () => {
    const folder = makeStudy();
    const ran = await run(folder, 'lock', 'sweep.yaml', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ lock: 'sweep.yaml.lock.json', files: 2 });
    const lock = JSON.parse(readFileSync(join(folder, 'sweep.yaml.lock.json'), 'utf8')) as object;
    expect(lock).toMatchObject({
      format: 'ratchet/lock/1',
      suite: { kind: 'jsonl', tools: 'domain' },
      files: { 'banking.jsonl': {}, 'travel.jsonl': {} },
    });
    expect(existsSync(join(folder, '.home')), 'nothing else is written').toBe(false);
    expect((await run(folder, 'validate', 'sweep.yaml')).code).toBe(0);
  });

  test('refuses changed data until they are accepted', async () => {
    const folder = makeStudy();
    await run(folder, 'lock', 'sweep.yaml');
    writeLines(folder, 'travel.jsonl', NAMES.slice(1));
    writeLines(folder, 'more.jsonl', NAMES);
    for (const verb of ['validate', 'plan', 'run']) {
      const ran = await run(folder, verb, 'sweep.yaml');
      expect(ran.code).toBe(4);
      expect(ran.stderr).toMatch(
        /^sweep\.yaml: the data are not those of sweep\.yaml\.lock\.json:\n {2}travel\.jsonl: changed \(sha256 [0-9a-f]{12} before, [0-9a-f]{12} now, \d+ bytes before, \d+ now\)\n/,
      );
      expect(ran.stderr).toMatch(/ {2}more\.jsonl: new\n/);
      expect(ran.stderr).toMatch(/accept them with: ratchet lock sweep\.yaml\n$/);
    }
    expect(readdirSync(folder)).not.toContain('.home');
    await run(folder, 'lock', 'sweep.yaml');
    expect((await run(folder, 'validate', 'sweep.yaml')).code).toBe(0);
  });

  test('names another setting of the suite, and a lock that cannot be read', async () => {
    const folder = makeStudy();
    await run(folder, 'lock', 'sweep.yaml');
    const other = sweepOf('{ kind: jsonl, path: data, tools: all }', 'banking, travel');
    writeFileSync(join(folder, 'sweep.yaml'), other);
    const ran = await run(folder, 'validate', 'sweep.yaml');
    expect(ran.stderr).toMatch(/:\n {2}suite\.tools: another setting\naccept/);
    writeFileSync(join(folder, 'sweep.yaml.lock.json'), '{"format":"x"');
    const broken = await run(folder, 'validate', 'sweep.yaml');
    expect(broken.code).toBe(4);
    expect(broken.stderr).toMatch(/sweep\.yaml\.lock\.json: no lock that this Ratchet can read/);
  });
});
