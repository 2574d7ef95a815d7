import { expect, test } from 'vitest';
import * as layout from '../../store/layout.ts';
import { isObjectPath } from '../../store/object-path.ts';
import { keyOf } from './support.ts';

const KEY = keyOf('key');

const PLACES: [string, string, object][] = [
  ['blob', layout.blobPath(KEY), { key: KEY }],
  ['manifest', layout.manifestPath(KEY), { key: KEY }],
  ['manifest', layout.manifestPath(KEY, 2), { key: KEY }],
  ['damage', layout.damagePath(KEY, 1), { key: KEY }],
  ['mended', layout.mendedPath(KEY, 1), { key: KEY }],
  ['claim', layout.claimPath(KEY, 3), { key: KEY, attempt: 3 }],
  ['lease', layout.leasePath(KEY, 3), { key: KEY, attempt: 3 }],
  ['start', layout.startPath(KEY, 3), { key: KEY, attempt: 3 }],
  ['outcome', layout.outcomePath(KEY, 12), { key: KEY, attempt: 12 }],
  ['log', layout.logPath(KEY, 3), { key: KEY, attempt: 3 }],
  ['partial', layout.partialManifestPath(KEY, 3, 0), { key: KEY, attempt: 3, step: 0 }],
  ['partial-file', layout.partialFilePath(KEY, 3, 40, 'a/b'), { key: KEY, attempt: 3, step: 40 }],
  ['predictions', layout.predictionsPath(KEY), { key: KEY }],
  ['score', layout.scorePath(KEY), { key: KEY }],
  ['count', layout.countPath(KEY), { key: KEY }],
  ['try', layout.tryPath('demo-1', 'pod-1'), { key: 'demo-1' }],
  ['evaluation-log', layout.evaluationLogPath('demo-1', 'pod-1'), { key: 'demo-1' }],
  ['sweep', layout.sweepPath('demo-1', 'results.json'), { key: 'demo-1' }],
];

test.each(PLACES)('a path of kind %s is told from all others: %s', (kind, path, fields) => {
  expect(layout.parsePath(path)).toMatchObject({ kind, ...fields });
  expect(isObjectPath(path)).toBe(true);
});

test('the manifest of generation 1 has the plain name, which older versions know', () => {
  expect(layout.manifestPath(KEY)).toBe(`blocks/${KEY}/manifest.json`);
  expect(layout.manifestPath(KEY, 2)).toBe(`blocks/${KEY}/manifest.2.json`);
});

test('a file of a checkpoint cannot have the name of its manifest', () => {
  const files = ['manifest.json', '40.json'].map((name) =>
    layout.partialFilePath(KEY, 1, 40, name),
  );
  expect(files).not.toContain(layout.partialManifestPath(KEY, 1, 40));
});

test.each([
  'elsewhere',
  'blocks/short/manifest.json',
  `blocks/${KEY}/attempts/0/claim.json`,
  `blocks/${KEY}/attempts/1/other.json`,
  `blocks/${KEY}/manifest.0.json`,
  `blobs/sha256/zz/${KEY}`,
])('%s stands for nothing', (path) => {
  expect(layout.parsePath(path)).toBeUndefined();
});
