// CPU time to work out a large sweep before anything runs: the file, every block's key, the plan's stored form, and the keys of
// every cell. Data are stood for by digests: rendering is the suite's work. Two conditions, four domains.
// Usage, after `npm run build`: node bench/plan-time.mjs [runs, by default 10000]
import { cpus } from 'node:os';
import { canonicalJson, digestOf } from '../dist/contract/digest.js';
import { cellsOf, checkpointsOf } from '../dist/plan/cells.js';
import { expandSweep } from '../dist/plan/expand.js';
import { parseSweep } from '../dist/spec/parse.js';

const runs = Number(process.argv[2] ?? 10_000);
const spec = {
  version: 'ratchet/v1',
  name: 'large',
  suite: { kind: 'builtin' },
  stream: { domains: ['travel', 'banking', 'library', 'clinic'] },
  conditions: { keep: { trace: 'keep' }, strip: { trace: 'strip' } },
  seeds: runs / 2,
};
const SIZES = { size: 1, examples: 1, unshuffled: 0 };
const cpuSeconds = {};

function measure(name, act) {
  const before = process.cpuUsage();
  const result = act();
  const { user, system } = process.cpuUsage(before);
  cpuSeconds[name] = Number(((user + system) / 1e6).toFixed(2));
  return result;
}

const sha256 = digestOf('some file');
/** As different as real files' digests, and made without a hash. */
const file = (...of) => {
  const sum = [...of.join()].reduce((hash, sign) => (hash * 33 + sign.charCodeAt(0)) >>> 0, 5381);
  return { sha256: `${sha256.slice(8)}${sum.toString(16).padStart(8, '0')}`, ...SIZES };
};
const { sweep } = measure('parse', () => parseSweep(JSON.stringify(spec), 'large.yaml'));
const plan = measure('plan', () =>
  expandSweep({
    spec: sweep,
    suite: { digest: sha256, files: [] },
    trainer: { kind: 'builtin', identity: sha256, description: '' },
    workingFolder: '/',
    scripts: [],
    scorer: sha256,
    tools: sha256,
    training: ({ condition, seed, path }) => file(condition.name, seed, path.at(-1)),
    heldOut: ({ condition, seed, domain }) => ({
      prompts: file(condition.name, seed, domain, 'prompts'),
      gold: file(seed, domain),
    }),
  }),
);
const stored = measure('store', () => canonicalJson(plan));
const cells = measure('cells', () =>
  plan.lineages
    .flatMap((lineage) => checkpointsOf(lineage).map((block) => cellsOf(plan, lineage, block)))
    .flat(),
);
const result = {
  machine: `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`,
  date: new Date().toISOString().slice(0, 10),
  runs: plan.lineages.length,
  blocks: plan.lineages.flatMap(({ blocks }) => blocks).length,
  cells: cells.length,
  cpuSeconds,
  planBytes: stored.length,
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
