import type { Example } from '../../contract/dialogue.ts';
import type { Trace } from '../../spec/sweep.ts';
import { fillTrace } from './fill.ts';
import { shuffleTraces } from './shuffle.ts';
import { stripTrace } from './strip.ts';

export interface RenderedTraces {
  examples: Example[];
  /** Results that `shuffle` left as they were, because no other dialogue has a different one of the same tool. */
  unshuffled: number;
}

/**
 * Renders the trace (earlier calls and their results) of one side of one domain. What is to be predicted never changes.
 *
 * @param examples all of that side and domain: the pool that `shuffle` draws from
 */
export function renderTraces(
  examples: readonly Example[],
  trace: Trace,
  shuffleSeed: number,
): RenderedTraces {
  switch (trace) {
    case 'keep':
      return { examples: [...examples], unshuffled: 0 };
    case 'strip':
      return { examples: examples.map(stripTrace), unshuffled: 0 };
    case 'filler':
      return { examples: examples.map(fillTrace), unshuffled: 0 };
    case 'shuffle':
      return shuffleTraces(examples, shuffleSeed);
  }
}
