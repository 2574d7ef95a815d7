import type { DomainReferences, ReferenceCounts, WorldReplay } from '../contract/references.ts';
import type { RunResult } from '../contract/results.ts';
import type { Convention } from '../contract/scores.ts';
import { meanOf } from './continual.ts';
import { walksStream } from './matrices.ts';

/** What a condition's scores on each domain are held against: means over seeds. */
export function summariseReferences(of: {
  domains: readonly string[];
  convention: Convention;
  /** Of this condition. */
  references: readonly ReferenceCounts[];
  runs: readonly RunResult[];
}): DomainReferences[] {
  const { domains, convention, runs } = of;
  return domains.map((domain) => {
    const own = of.references.filter((row) => row.domain === domain && row.examples > 0);
    const share = (count: (row: ReferenceCounts) => number): number | null =>
      meanOf(own.map((row) => count(row) / row.examples));
    const untrained = share((row) => row.untrained.right[convention]);
    const majority = share((row) => row.majorityTarget.right[convention]);
    const zeroShot = meanOverRuns(runs, ({ order, zeroShot: row }) => row[order.indexOf(domain)]);
    const taught = meanOverRuns(runs.filter(walksStream), ({ order, matrix }) => {
      const place = order.indexOf(domain);
      return matrix[place]?.[place];
    });
    const floor = highestOf([untrained, majority, zeroShot]);
    return {
      domain,
      untrained,
      untrainedNames: share((row) => row.untrained.nameRight),
      majority,
      majorityNames: share((row) => row.majorityNames.nameRight),
      copyCeiling: share((row) => row.copyable),
      goldReplay: share((row) => row.goldReplay.right[convention]),
      worldReplay: meanOf(own.map(({ worldReplay }) => shareFulfilled(worldReplay))),
      zeroShot,
      taught,
      final: meanOverRuns(runs, ({ order, matrix }) => matrix.at(-1)?.[order.indexOf(domain)]),
      floor,
      atFloor: taught === null || floor === null ? null : taught <= floor,
    };
  });
}

/** Null when a run lacks the value. */
function meanOverRuns(
  runs: readonly RunResult[],
  pick: (run: RunResult) => number | null | undefined,
): number | null {
  return meanOf(runs.map((run) => pick(run) ?? Number.NaN));
}

function shareFulfilled(replay: WorldReplay | null): number {
  return replay === null ? Number.NaN : replay.fulfilled / replay.dialogues;
}

function highestOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
