import { canonicalJson } from '../contract/digest.ts';
import type { Finding } from './findings.ts';
import { showValue } from './problems.ts';
import type { SweepFile } from './schema.ts';

/** Allowed, but hardly meant. */
export function findDoubts(file: SweepFile): Finding[] {
  return [...findTwins(file), ...findMovingImage(file)];
}

function findTwins({ conditions }: SweepFile): Finding[] {
  const first = new Map<string, string>();
  return Object.entries(conditions).flatMap(([name, condition]) => {
    const { trace } = condition;
    const sides = typeof trace === 'string' ? { train: trace, eval: trace } : trace;
    const settings = canonicalJson({ ...condition, trace: sides });
    const twin = first.get(settings);
    if (twin === undefined) {
      first.set(settings, name);
      return [];
    }
    const found = `the same settings as ${showValue(twin)}, so the same results`;
    return [{ path: ['conditions', name], atKey: true, expected: 'a condition of its own', found }];
  });
}

/** Digests, and commits of Git. */
const CONTENT = /sha256:|\b[0-9a-f]{12,}\b/;

/** No key covers an image: a tag that is pushed anew, or another one, would go on with the results of the one before. */
function findMovingImage({ compute, trainer }: SweepFile): Finding[] {
  if (compute.kind !== 'kubernetes' || trainer.kind !== 'command') return [];
  if (CONTENT.test(compute.image) || CONTENT.test(trainer.identity)) return [];
  return [
    {
      path: ['trainer', 'identity'],
      expected: 'what tells one image from the next',
      found: `${showValue(trainer.identity)} beside a tag, which may name another image tomorrow`,
      help: 'name the image by its digest, in compute.image and here: the results of another image are never taken for its own',
    },
  ];
}
