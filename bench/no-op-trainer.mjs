// What a trainer leaves behind, without its work.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Takes the place of `runTrainer`: weights that name their block, and an empty prediction for every prompt. */
export async function runNothing({ folder, job, onEvent }) {
  if (job.stage === 'train') {
    await mkdir(join(folder, 'weights'));
    await writeFile(join(folder, 'weights', 'weights.bin'), job.key);
    await onEvent({ type: 'result', steps: 1, tokens: 0 });
  }
  for (const { name, file: prompts } of job.stage === 'generate' ? job.prompts : []) {
    const lines = (await readFile(join(folder, prompts), 'utf8')).trim().split('\n');
    const predictions = lines.map((line) => JSON.stringify({ id: JSON.parse(line).id, text: '' }));
    await writeFile(join(folder, `${name}.jsonl`), `${predictions.join('\n')}\n`);
    await onEvent({ type: 'predictions', name, file: `${name}.jsonl` });
  }
  return 'done';
}
