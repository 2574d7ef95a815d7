import { canonicalJson } from '../contract/digest.ts';
import type { Condition } from './sweep.ts';

/** What sets a condition apart, in the words of the spec: `trace: keep`, `trace: keep, replay: 0.1`. */
export function describeCondition(condition: Condition): string {
  const { trace, strategy, replay, matchTokens, limit, upsample, render } = condition;
  const { hyperparameters, tellDomains } = condition;
  const traces =
    trace.train === trace.eval ? trace.train : `{ train: ${trace.train}, eval: ${trace.eval} }`;
  return [
    `trace: ${traces}`,
    strategy !== 'sequential' && `strategy: ${strategy}`,
    replay > 0 && `replay: ${replay}`,
    matchTokens !== null && `tokens: match(${matchTokens})`,
    limit !== null && `limit: ${limit}`,
    upsample !== null && `upsample: ${upsample}`,
    render !== null && `render: ${render}`,
    hyperparameters !== undefined && `hyperparameters: ${canonicalJson(hyperparameters)}`,
    tellDomains === true && 'tellDomains: true',
  ]
    .filter((part) => part !== false)
    .join(', ');
}
