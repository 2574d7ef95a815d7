import type { Example } from '../contract/dialogue.ts';
import { createRandom, deriveSeed } from '../contract/random.ts';
import type { ArgumentSource, WorldDialogue } from './dialogue.ts';
import type { Clocked, DomainDefinition } from './domain.ts';
import { createDraw } from './draw.ts';
import type { Split } from './draw.ts';
import { generateDialogue } from './generate-dialogue.ts';
import { planShapes, planSteps } from './plan-steps.ts';
import type { BuiltinSettings } from './settings.ts';

/** The dialogues of one domain and split under a seed; each has a random stream of its own. */
export function generateDialogues(
  domain: DomainDefinition<Clocked>,
  seed: number,
  split: Split,
  settings: BuiltinSettings,
): WorldDialogue[] {
  const stream = deriveSeed(seed, 'suite', domain.name, split);
  const shapes = planShapes(settings.dialoguesPerDomain[split], settings, createRandom(stream));
  return shapes.map((shape, index) => {
    const random = createRandom(deriveSeed(stream, index));
    const steps = planSteps(shape, domain.steps, random);
    const id = `${domain.name}-${seed}-${split}-${index + 1}`;
    return generateDialogue(id, domain, steps, settings, createDraw(split, random));
  });
}

export interface LabelledExample {
  example: Example;
  sources: ArgumentSource[];
}

/** One example for every turn with calls: the messages before it, and its calls to predict. */
export function toExamples(dialogue: WorldDialogue): LabelledExample[] {
  const tools = dialogue.world.tools.map((tool) => tool.function.name);
  return dialogue.turns.map(({ before, calls, sources }, index) => ({
    example: {
      id: `${dialogue.id}-${index + 1}`,
      dialogue: dialogue.id,
      messages: dialogue.messages.slice(0, before),
      tools,
      target: calls,
    },
    sources,
  }));
}
