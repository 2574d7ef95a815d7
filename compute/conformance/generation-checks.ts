import { type Check, requireTraining, Skipped } from './check.ts';
import type { Answers, Lab } from './lab.ts';
import { type Asked, isSame, predict, predictAnew } from './predict.ts';

const TRAINED: Asked = { trained: true };
/** High: whatever draws at all does not draw the same twice. */
const SAMPLED = { temperature: 2, seed: 5 };

/** What a trainer predicts, by what, and that it is asked for nothing that it cannot repeat. */
export const GENERATION_CHECKS: Check[] = [
  {
    name: 'predicts untrained',
    title: 'predicts every prompt with the base',
    run: async (lab) => (await predict(lab, { targets: true })).broken,
  },
  {
    name: 'predicts',
    title: 'predicts every prompt with the weights of a block',
    run: async (lab) => (await predict(lab, TRAINED)).broken,
  },
  {
    name: 'neighbours',
    title: 'predicts the same again, whatever stands beside a prompt',
    run: async (lab) => {
      const first = await predict(lab, TRAINED);
      const reversed = await predict(lab, { ...TRAINED, reversed: true });
      const broken = findBroken(first, reversed);
      if (broken.length > 0 || !lab.subject.deterministic || isSame(first, reversed)) return broken;
      return isSame(first, await predictAnew(lab, TRAINED))
        ? ['predicts otherwise where the prompts come in another order']
        : ['predicts otherwise when it is asked again'];
    },
  },
  {
    name: 'blind',
    title: 'predicts the same whether or not the targets lie beside the prompts',
    run: async (lab) => {
      const without = await predict(lab, TRAINED);
      const beside = await predict(lab, { ...TRAINED, targets: true });
      const same = !lab.subject.deterministic || isSame(without, beside);
      return [
        ...findBroken(without, beside),
        ...(same ? [] : ['predicts otherwise where it is given targets']),
      ];
    },
  },
  {
    name: 'learns',
    title: 'predicts otherwise after a block than before it',
    run: judgeLearning,
  },
  {
    name: 'samples',
    title: 'draws the same sample from the same seed, another one from another',
    run: async (lab) => {
      const asked = { ...TRAINED, decoding: SAMPLED };
      const first = await predict(lab, asked);
      const again = await predictAnew(lab, asked);
      const seed = SAMPLED.seed + 1;
      const other = await predict(lab, { ...TRAINED, decoding: { ...SAMPLED, seed } });
      const broken = findBroken(first, again, other);
      if (broken.length > 0) return broken;
      const same = !lab.subject.deterministic || isSame(first, again);
      return [
        ...(same ? [] : ['draws otherwise from the same seed']),
        ...(isSame(first, other)
          ? ['draws the same from another seed: decoding.temperature or its seed is not read']
          : []),
      ];
    },
  },
  {
    name: 'draws',
    title: 'draws as many answers to every prompt as the job asks for, not all alike',
    run: async (lab) => {
      const asked = { ...TRAINED, decoding: { ...SAMPLED, draws: 3 } };
      const { broken, texts } = await predict(lab, asked);
      if (broken.length > 0) return broken;
      const differ = [...texts.values()].some((drawn) => new Set(drawn).size > 1);
      return differ ? [] : ['draws the same answer to a prompt each time'];
    },
  },
];

/** By what it says and, where training is too short to change that, by how likely it finds what is right. */
async function judgeLearning(lab: Lab): Promise<string[]> {
  const before = await predict(lab, { targets: true });
  const after = await predict(lab, { ...TRAINED, targets: true });
  const broken = findBroken(before, after);
  if (broken.length > 0 || !isSame(before, after)) return broken;
  const same = 'predicts with the weights of a block what it predicts with the base';
  const [lossesBefore, losses] = [before, after].map((one) => JSON.stringify(one.losses));
  if (losses !== lossesBefore) return [];
  if (after.losses.some((loss) => loss !== undefined))
    return [`${same}, and tells the same loss on the targets: job.weights is not read`];
  if (hasHalved(requireTraining(lab).losses))
    return [`${same}, though its loss fell to less than half: job.weights is not read`];
  throw new Skipped(
    `it ${same}: it learns too little here to tell whether job.weights is read (more --dialogues, or other --hyperparameters)`,
  );
}

/** From the first quarter of the steps to the last. */
function hasHalved(losses: readonly number[]): boolean {
  const quarter = Math.ceil(losses.length / 4);
  return sum(losses.slice(-quarter)) < sum(losses.slice(0, quarter)) / 2;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function findBroken(...answers: Answers[]): string[] {
  return [...new Set(answers.flatMap(({ broken }) => broken))];
}
