import type { z } from 'zod';
import { inspectBlock } from './blocks.ts';
import { blobPath, manifestPath, partialFilePath, predictionsPath } from './layout.ts';
import { type partialManifestSchema, unlessDamaged } from './records.ts';
import type { Store } from './store.ts';
import {
  AGAIN,
  type Finding,
  type predictionsSchema,
  readPlans,
  readRecords,
  type scoreSchema,
  type Survey,
  surveyStore,
} from './survey.ts';

export interface Verification {
  findings: Finding[];
  /** Nothing wrong with these; orphans are blobs that no record names. */
  counts: {
    blobs: number;
    records: number;
    blocks: number;
    /** Of them, those that are whole without their weights. */
    pruned: number;
    orphans: number;
    unfinished: number;
    foreign: number;
  };
}

export interface VerifyOptions {
  /** Reads and hashes every blob and partial checkpoint, instead of looking at sizes. */
  deep: boolean;
}

const FALLS_BACK = 'nothing to do: the next attempt goes on from the checkpoint before it';

/** Only reads. Works while sweeps run; what they replace meanwhile may show as a finding that is gone next time. */
export async function verifyStore(store: Store, options: VerifyOptions): Promise<Verification> {
  const survey = await surveyStore(store);
  await readRecords(survey);
  await checkBlocks(survey);
  await checkReferences(survey);
  if (options.deep) await checkBlobs(survey);
  await checkPartials(survey, options.deep);
  const { blobs, records, blocks, findings, foreign } = survey;
  const orphans = await countOrphans(survey);
  const unfinished = (await store.listUnfinished()).length;
  return {
    findings: findings.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    counts: {
      blobs: blobs.size,
      records: records.length,
      blocks: blocks.size,
      pruned: survey.pruned.size,
      orphans,
      unfinished,
      foreign,
    },
  };
}

async function checkBlocks(survey: Survey): Promise<void> {
  for (const key of survey.blocks) {
    const found = await inspectBlock(survey.store, key);
    if (found.state !== 'damaged' || !found.block) continue;
    const path = manifestPath(key, found.generation);
    for (const what of found.reasons) {
      survey.findings.push({ kind: 'damaged block', path, what, mend: AGAIN });
    }
  }
}

async function checkReferences(survey: Survey): Promise<void> {
  const { store, objects, blobs, findings } = survey;
  for (const { path, place, value } of survey.records) {
    if (place.kind === 'predictions') {
      const { prompts } = value as z.infer<typeof predictionsSchema>;
      const what = `its prompts ${prompts} are not in ${store.url}`;
      if (!blobs.has(prompts)) findings.push({ kind: 'missing', path, what, mend: AGAIN });
    }
    if (place.kind === 'score') {
      const { prediction } = value as z.infer<typeof scoreSchema>;
      const what = `the predictions ${prediction} that it scores are not in ${store.url}`;
      const present = objects.has(predictionsPath(prediction));
      if (!present) findings.push({ kind: 'missing', path, what, mend: AGAIN });
    }
  }
}

async function checkBlobs(survey: Survey): Promise<void> {
  for (const sha256 of survey.blobs) {
    const path = blobPath(sha256);
    const found = await survey.store.digest(path);
    if (!found || found.sha256 === sha256) continue;
    const user = survey.named.get(sha256);
    const what = `its ${found.size} bytes have the hash ${found.sha256}`;
    survey.findings.push({
      kind: 'damaged blob',
      path,
      what: user ? `${what}; ${user} names it` : `${what}; no record names it`,
      mend: AGAIN,
    });
  }
}

async function checkPartials(
  { store, objects, records, findings }: Survey,
  deep: boolean,
): Promise<void> {
  for (const { path, place, value } of records) {
    if (place.kind !== 'partial') continue;
    for (const { name, sha256 } of (value as z.infer<typeof partialManifestSchema>).files) {
      const file = partialFilePath(place.key, place.attempt, place.step, name);
      const found = deep && (await store.digest(file));
      if (objects.has(file) && (!found || found.sha256 === sha256)) continue;
      const what = `its file ${name} is ${objects.has(file) ? 'damaged' : 'missing'}`;
      findings.push({ kind: 'damaged checkpoint', path, what, mend: FALLS_BACK });
    }
  }
}

async function countOrphans(survey: Survey): Promise<number> {
  await unlessDamaged(readPlans(survey)); // What is damaged is told already.
  return [...survey.blobs].filter((sha256) => !survey.named.has(sha256)).length;
}
