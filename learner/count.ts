/** The count stage: sizes of data files, by the code that trains and generates. */

import { readPrompts } from './data-files.ts';
import { Fitting } from './fit.ts';
import type { StageJob } from './job.ts';
import type { Stage } from './stage.ts';

export function count(job: StageJob<'count'>, stage: Stage): void {
  for (const { name, file } of job.data) {
    const fitting = new Fitting(stage.tools, job.hyperparameters);
    for (const item of readPrompts(file)) {
      if ('target' in item) fitting.fitExample(item);
      else fitting.fitPrompt(item);
    }
    const { sizes } = fitting;
    stage.events.append({ ...fitting.report(name), ...(job.sizes && { sizes }) });
  }
  stage.events.append({ type: 'result', steps: 0, tokens: 0 });
}
