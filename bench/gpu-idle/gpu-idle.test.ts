import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import {
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  makeInformer,
  type V1Job,
  type V1Pod,
} from '@kubernetes/client-node';
import { expect, inject, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { ANNOTATIONS, LABELS, OURS } from '../../k8s/labels.ts';
import { attemptFolder, blockFolder } from '../../store/layout.ts';
import { NAMESPACE } from '../../test/cluster/cluster.ts';
import { s3 } from '../../test/cluster/s3.ts';
import { toySweep, Workplace } from '../../test/cluster/workplace.ts';

const RESULTS = join(import.meta.dirname, '..', 'results', 'gpu-idle.json');
const DOMAINS = ['travel', 'banking', 'library', 'clinic'];

/** The toy trainer, which says when it starts and ends. */
const TRAINER = [
  "console.log('starts ' + Date.now());",
  "process.on('exit', () => console.log('ends ' + Date.now()));",
  "process.argv.splice(1, 0, 'toy-trainer');",
  "import('/app/toy-trainer.mjs');",
].join(' ');

/** Milliseconds since 1970 of what happens to a block's training, in this order. */
interface Times {
  created: number;
  scheduled: number;
  claimed: number;
  ready: number;
  starts: number;
  ends: number;
  stored: number;
  removed: number;
  committed: number;
}

/** What the idle time is made of: from one moment to the next. */
const PARTS: [string, (before: Times, after: Times) => number][] = [
  ['the result is stored', (before) => before.stored - before.ends],
  ['the pod ends and the Job is removed', (before) => before.removed - before.stored],
  ['the block is committed', (before) => before.committed - before.removed],
  [
    'Temporal, preparing the next block, creating its Job',
    (before, after) => after.created - before.committed,
  ],
  ['its pod is made and gets a node', (_, after) => after.scheduled - after.created],
  [
    'sandbox, volumes and carrier start, up to its claim',
    (_, after) => after.claimed - after.scheduled,
  ],
  ['parent and data are fetched', (_, after) => after.ready - after.claimed],
  ['startup probe, and the trainer starts', (_, after) => after.starts - after.ready],
];

test('every block of a lineage is trained, and the moments between two of them are told in order', async () => {
  const workplace = new Workplace();
  workplace.write('sweep.yaml', describeSweep(workplace));
  const seen = watchCluster();
  const ran = await workplace.ratchet('run', 'sweep.yaml', '--json');
  seen.stop();
  expect(ran).toMatchObject({ code: 0 });
  // What the S3 server wrote when: it keeps objects as files.
  const store = join(s3().folder, workplace.store.slice('s3://'.length));
  const blocks = [...seen.moments].map(([key, moments]) => readTimes(store, key, moments));
  const inOrder = blocks.toSorted((a, b) => a.starts - b.starts);
  expect(inOrder).toHaveLength(DOMAINS.length);
  for (const { removed: _, committed: __, ...times } of inOrder)
    expect(Object.values(times)).toEqual(Object.values(times).toSorted((a, b) => a - b));
  report(inOrder);
});

/** As the cluster tests' sweep of a toy, with several blocks. */
function describeSweep(workplace: Workplace): string {
  const toy = parse(toySweep(workplace, 'idle')) as { trainer: object };
  const trainer = { ...toy.trainer, command: ['node', '-e', TRAINER] };
  return stringify({ ...toy, stream: { domains: DOMAINS }, trainer });
}

type Moments = Pick<Times, 'created' | 'scheduled' | 'removed'>;

/** What becomes of each training's Job, by block key, when it is told. */
function watchCluster(): { moments: Map<string, Moments>; stop: () => void } {
  const config = new KubeConfig();
  config.loadFromFile(inject('cluster').kubeconfig);
  const [batch, core] = [config.makeApiClient(BatchV1Api), config.makeApiClient(CoreV1Api)];
  const of = { namespace: NAMESPACE, labelSelector: OURS };
  const jobs = makeInformer<V1Job>(
    config,
    pathOf('apis/batch/v1', 'jobs'),
    () => batch.listNamespacedJob(of),
    OURS,
  );
  const pods = makeInformer<V1Pod>(
    config,
    pathOf('api/v1', 'pods'),
    () => core.listNamespacedPod(of),
    OURS,
  );
  const moments = new Map<string, Moments>();
  const note = ({ metadata }: V1Job | V1Pod, moment: keyof Moments): void => {
    const key = metadata?.annotations?.[ANNOTATIONS.key];
    if (key === undefined || metadata?.labels?.[LABELS.stage] !== 'train') return;
    const known = moments.get(key) ?? { created: 0, scheduled: 0, removed: 0 };
    known[moment] ||= Date.now();
    moments.set(key, known);
  };
  jobs.on('add', (job) => note(job, 'created'));
  jobs.on('delete', (job) => note(job, 'removed'));
  pods.on('update', (pod) => pod.spec?.nodeName && note(pod, 'scheduled'));
  for (const one of [jobs, pods]) void one.start();
  return { moments, stop: () => [jobs, pods].forEach((one) => void one.stop()) };
}

function pathOf(group: string, kind: string): string {
  return `/${group}/namespaces/${NAMESPACE}/${kind}`;
}

function readTimes(store: string, key: string, moments: Moments): Times {
  const written = (path: string): number => statSync(join(store, path)).mtimeMs;
  const attempt = attemptFolder(key, 1);
  const log = readFileSync(join(store, attempt, 'log'), 'utf8');
  const said = (what: string): number => Number(new RegExp(`^${what} (\\d+)$`, 'm').exec(log)?.[1]);
  return {
    ...moments,
    claimed: written(join(attempt, 'claim.json')),
    ready: written(join(attempt, 'start.json')),
    starts: said('starts'),
    ends: said('ends'),
    stored: written(join(attempt, 'outcome.json')),
    committed: written(join(blockFolder(key), 'manifest.json')),
  };
}

function report(blocks: Times[]): void {
  const pairs = blocks
    .slice(1)
    .map((after, index): [Times, Times] => [blocks[index] ?? after, after]);
  const parts = Object.fromEntries(
    PARTS.map(([name, measure]) => [name, medianOf(pairs.map((pair) => measure(...pair)))]),
  );
  const idle = pairs.map(([before, after]) => Math.round(after.starts - before.ends));
  const measured = {
    at: new Date().toISOString(),
    machine: `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`,
    idle,
    parts,
  };
  process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  const all = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as object[]) : [];
  writeFileSync(RESULTS, `${JSON.stringify([...all, measured], null, 2)}\n`);
}

/** Whole milliseconds. */
function medianOf(values: number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0);
}
