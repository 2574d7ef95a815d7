import type { CandidateSet } from './candidates.ts';
import type { Parameters } from './parameters.ts';

/** Slopes below it are left out: nearly all of a copy's candidates have next to no probability. */
export const NEGLIGIBLE = 1e-4;

/** Softmax over the candidates' scores, into `candidates.probabilities`. */
export function scoreCandidates(candidates: CandidateSet, weights: Float32Array): void {
  const { count, starts, features, offsets, probabilities } = candidates;
  let highest = Number.NEGATIVE_INFINITY;
  for (let candidate = 0; candidate < count; candidate++) {
    let score = offsets[candidate] as number;
    const end = starts[candidate + 1] as number;
    for (let at = starts[candidate] as number; at < end; at++) {
      score += weights[features[at] as number] as number;
    }
    probabilities[candidate] = score;
    if (score > highest) highest = score;
  }
  let sum = 0;
  for (let candidate = 0; candidate < count; candidate++) {
    const mass = Math.exp((probabilities[candidate] as number) - highest);
    probabilities[candidate] = mass;
    sum += mass;
  }
  for (let candidate = 0; candidate < count; candidate++) {
    probabilities[candidate] = (probabilities[candidate] as number) / sum;
  }
}

/** The probability of an outcome: the sum over its candidates, already scored. */
function outcomeProbability(candidates: CandidateSet, outcome: number): number {
  let sum = 0;
  for (let candidate = 0; candidate < candidates.count; candidate++) {
    if (candidates.outcomes[candidate] === outcome) {
      sum += candidates.probabilities[candidate] as number;
    }
  }
  return sum;
}

/**
 * Adds the gradient of the negative log marginal likelihood of `outcome` and returns that loss in nats. With p the
 * probabilities and q those given the outcome, the slope of a candidate's score is p - q. An outcome that no candidate
 * has cannot be learned: it costs `UNREACHABLE` and leaves no gradient.
 */
export function learnOutcome(
  candidates: CandidateSet,
  outcome: number,
  parameters: Parameters,
  negligible = NEGLIGIBLE,
): number {
  scoreCandidates(candidates, parameters.weights);
  const total = outcomeProbability(candidates, outcome);
  if (total < Number.MIN_VALUE) return UNREACHABLE;
  const { count, outcomes, probabilities, starts, features } = candidates;
  for (let candidate = 0; candidate < count; candidate++) {
    const probability = probabilities[candidate] as number;
    const slope = outcomes[candidate] === outcome ? probability - probability / total : probability;
    if (Math.abs(slope) < negligible) continue;
    const end = starts[candidate + 1] as number;
    for (let at = starts[candidate] as number; at < end; at++) {
      parameters.addGradient(features[at] as number, slope);
    }
  }
  return -Math.log(total);
}

/** Nats charged for a token that can be neither generated nor copied. */
const UNREACHABLE = 20;
