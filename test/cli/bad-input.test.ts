import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeFolder, ratchet } from './ratchet.ts';

/** Replaces parts of a good sweep file, then of good data. */
const GOOD = `version: ratchet/v1
name: study
suite: { kind: api-bank, path: data }
stream: { domains: [account, info] }
conditions: { keep: { trace: keep }, strip: { trace: strip } }
seeds: 2
`;
const ENTRY = {
  file: 'a.jsonl',
  id: 0,
  instruction:
    'API descriptions:\n{"name": "GetToday", "description": "Today.", "input_parameters": {}, "output_parameters": {}}',
  input: 'User: What day is it?\nGenerate API Request:\n',
  expected_output: 'API-Request: [GetToday()]',
};

interface Case {
  name: string;
  spec?: string | Buffer;
  data?: string | Buffer;
  code: number;
  says: RegExp;
}

const spec = (name: string, from: string, to: string, says: RegExp): Case => ({
  name,
  spec: GOOD.replace(from, () => to),
  code: 3,
  says,
});
const data = (name: string, content: string | Buffer, says: RegExp): Case => ({
  name,
  data: content,
  code: 4,
  says,
});

const CASES: Case[] = [
  spec('a wrong version', 'ratchet/v1', 'ratchet/v9', /sweep\.yaml:1:10: version/),
  spec('a missing name', 'name: study\n', '', /name: expected/),
  spec('an unknown field', 'seeds: 2', 'sedes: 2', /did you mean "seeds"/),
  spec('a misspelt trace', 'trace: keep', 'trace: kepe', /did you mean "keep"/),
  spec('a number where a list belongs', '[account, info]', '3', /stream\.domains/),
  spec('a negative seed count', 'seeds: 2', 'seeds: -2', /sweep\.yaml:6:8: seeds/),
  spec('a fraction of a seed', 'seeds: 2', 'seeds: 2.5', /seeds/),
  spec('a duplicate key', 'seeds: 2', 'seeds: 2\nseeds: 3', /sweep\.yaml:7:/),
  spec('a duplicate domain', 'account, info', 'account, account', /account/),
  spec('an unknown domain', 'account, info', 'account, infos', /did you mean "info"/),
  spec('a contrast of a stranger', 'seeds: 2', 'question: { contrast: keep - stirp }', /"strip"/),
  spec(
    'an order that is no permutation',
    '[account, info]',
    '[account, info], orders: [[info]]',
    /orders/,
  ),
  spec('a store that leaves its folder', 'seeds: 2', 'store: ../../elsewhere', /store/),
  spec('a store of an unknown kind', 'seeds: 2', 'store: ftp://x/y', /store/),
  spec('a path with a NUL', 'path: data', 'path: "da\\0ta"', /suite\.path/),
  spec('an alias', 'seeds: 2', 'notes: &a x\ntags: { b: *a }', /sweep\.yaml:6:/),
  spec(
    'an alias bomb',
    'seeds: 2',
    `notes: &a [x,x]\ntags: &b [*a,*a,*a,*a,*a,*a,*a,*a]`,
    /sweep\.yaml/,
  ),
  spec('a prototype key', 'seeds: 2', 'tags: { __proto__: x }', /sweep\.yaml:6/),
  spec('a custom tag', 'seeds: 2', 'seeds: !!js/function x', /sweep\.yaml:6/),
  spec('two documents', 'seeds: 2', 'seeds: 2\n---\nname: other', /sweep\.yaml:7/),
  spec('a tab for an indent', 'seeds: 2', 'question:\n\tcontrast: keep - strip', /sweep\.yaml:7/),
  spec('100,000 levels', 'seeds: 2', `notes: ${'['.repeat(100_000)}`, /sweep\.yaml:6/),
  { name: 'an empty file', spec: '', code: 3, says: /sweep\.yaml/ },
  {
    name: 'bytes that are no text',
    spec: Buffer.from([0xff, 0xfe, 0x00, 0x9f]),
    code: 3,
    says: /sweep\.yaml/,
  },
  {
    name: 'Latin-1',
    spec: Buffer.from(`${GOOD}notes: caf\xe9\n`, 'latin1'),
    code: 3,
    says: /:7:.*UTF-8/s,
  },
  { name: 'a file of 10 MB', spec: `# ${'x'.repeat(10_000_000)}`, code: 3, says: /sweep\.yaml/ },
  data('an empty data file', '', /data\/level-1-api\.json.*empty/),
  data('truncated JSON', JSON.stringify([ENTRY]).slice(0, -20), /level-1-api\.json, line 1/),
  data('data that are no UTF-8', Buffer.from([0x5b, 0xe2, 0x28]), /level-1-api\.json.*UTF-8/),
  data('a missing field', JSON.stringify([{ ...ENTRY, input: undefined }]), /entry 1, field input/),
  data('a wrong type', JSON.stringify([{ ...ENTRY, input: 7 }]), /entry 1, field input/),
  data(
    'gold that does not parse',
    JSON.stringify([{ ...ENTRY, expected_output: 'API-Request: [GetToday(' }]),
    /entry 1, field expected_output/,
  ),
  data('a line of 10 MB', `"${'x'.repeat(10_000_000)}"`, /level-1-api\.json/),
  data('100,000 levels of data', '['.repeat(100_000), /level-1-api\.json.*levels/),
  data(
    'a domain without examples',
    JSON.stringify([ENTRY]),
    /api-bank.*expected examples on both sides/s,
  ),
];

describe('bad input gets one clear message', () => {
  test.for(CASES)('$name', async ({ spec: text = GOOD, data: content, code, says }) => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'sweep.yaml'), text);
    if (content !== undefined) {
      mkdirSync(join(folder, 'data'));
      writeFileSync(join(folder, 'data', 'level-1-api.json'), content);
    }
    const before = readdirSync(folder, { recursive: true });
    const ran = await ratchet(['run', 'sweep.yaml'], {
      cwd: folder,
      env: { RATCHET_HOME: '.home' },
    });
    expect(ran.stderr).toMatch(says);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).not.toMatch(/\n\s+at |node:internal/);
    expect(ran.stderr.length).toBeLessThan(5000);
    expect(readdirSync(folder, { recursive: true }), 'nothing is left behind').toEqual(before);
  });

  test('a missing sweep file, and a missing data folder', async () => {
    const folder = makeFolder();
    const none = await ratchet(['validate', 'none.yaml'], { cwd: folder });
    expect(none).toMatchObject({ code: 3, stderr: 'none.yaml: no such file\n' });
    writeFileSync(join(folder, 'sweep.yaml'), GOOD);
    const dataless = await ratchet(['plan', 'sweep.yaml'], { cwd: folder });
    expect(dataless.code).toBe(4);
    expect(dataless.stderr).toMatch(/no such file: level-1-api\.json\. Set suite\.path/);
  });

  test('every problem of a file is told at once', async () => {
    const folder = makeFolder();
    const text = GOOD.replace('trace: keep', 'trace: kepe').replace('seeds: 2', 'seeds: none');
    writeFileSync(join(folder, 'sweep.yaml'), text);
    const { stderr } = await ratchet(['validate', 'sweep.yaml'], { cwd: folder });
    expect(stderr).toMatch(/trace: expected/);
    expect(stderr).toMatch(/seeds: expected/);
  });

  test('a trainer that cannot be started, and one that fails', async () => {
    const folder = makeFolder();
    const commands = { nonesuch: 3, false: 5 };
    for (const [command, code] of Object.entries(commands)) {
      const trainer = `trainer: { kind: command, command: ["${command}"], identity: x }`;
      const builtin = GOOD.replace('kind: api-bank, path: data', 'kind: builtin');
      const text = `${builtin.replace('account, info', 'travel, banking')}${trainer}\n`;
      writeFileSync(join(folder, 'sweep.yaml'), text);
      for (const verb of ['plan', 'examples']) {
        const ran = await ratchet([verb, 'sweep.yaml'], { cwd: folder });
        expect(ran).toMatchObject({ code, stdout: '' });
        expect(ran.stderr).toMatch(/^the trainer.*\n {2}mend: /);
        expect(ran.stderr).not.toMatch(/\n\s+at |node:internal/);
        const isMissing = command === 'nonesuch';
        expect(ran.stderr.includes('nonesuch is not on PATH: install it')).toBe(isMissing);
      }
    }
  });

  test('commands and options that do not exist', async () => {
    const folder = makeFolder();
    const typo = await ratchet(['rnu'], { cwd: folder });
    expect(typo.code).toBe(2);
    expect(typo.stderr).toMatch(/Did you mean run/);
    expect((await ratchet(['run'], { cwd: folder })).code).toBe(2);
    expect((await ratchet(['status'], { cwd: folder })).code).toBe(10);
  });
});
