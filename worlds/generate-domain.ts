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
  const untaught = split === 'train' ? chooseUnseenTools(domain, seed, settings) : [];
  const usual = domain.steps.filter(({ tool }) => !untaught.includes(tool));
  return shapes.map((shape, index) => {
    const random = createRandom(deriveSeed(stream, index));
    const steps = domain.tosses
      ? [...planSteps(shape.slice(0, -1), usual, random), random.pick(domain.tosses)]
      : planSteps(shape, usual, random);
    const id = `${domain.name}-${seed}-${split}-${index + 1}`;
    return generateDialogue(id, domain, steps, settings, createDraw(split, random));
  });
}

/**
 * The tools of a domain that a seed's training dialogues never call. None that answers a listing, which other tools need,
 * and none that takes two look-ups to get to, which held-out dialogues may not.
 */
export function chooseUnseenTools(
  { name, steps }: DomainDefinition<Clocked>,
  seed: number,
  { unseenTools }: Pick<BuiltinSettings, 'unseenTools'>,
): string[] {
  const listings = steps.filter(({ refersTo }) => !refersTo).map(({ gives }) => gives);
  const near = steps.filter(({ gives, refersTo }) => {
    return gives === undefined && (!refersTo || listings.includes(refersTo.listing));
  });
  const tools = new Set(near.map(({ tool }) => tool));
  const random = createRandom(deriveSeed(seed, 'suite', name, 'unseen tools'));
  return random.shuffle([...tools]).slice(0, unseenTools);
}

export interface LabelledExample {
  example: Example;
  sources: ArgumentSource[];
}

/**
 * One example for every turn with calls: the messages before it, and its calls to predict. Of a dialogue that ends in a
 * toss only that one.
 */
export function generateExamples(
  domain: DomainDefinition<Clocked>,
  seed: number,
  split: Split,
  settings: BuiltinSettings,
): LabelledExample[] {
  const tools = listTools(domain, seed, split, settings);
  return generateDialogues(domain, seed, split, settings).flatMap(({ id, messages, turns }) => {
    const examples = turns.map(({ before, calls, sources }, index) => ({
      example: {
        id: `${id}-${index + 1}`,
        dialogue: id,
        messages: messages.slice(0, before),
        tools,
        target: calls,
      },
      sources,
    }));
    return domain.tosses ? examples.slice(-1) : examples;
  });
}

/**
 * What prompts list. In training not the tools that it never calls: listed there they would be learned to be wrong. For a
 * toss the two tools between which the coin falls.
 */
function listTools(
  domain: DomainDefinition<Clocked>,
  seed: number,
  split: Split,
  settings: BuiltinSettings,
): string[] {
  if (domain.tosses) return domain.tosses.map(({ tool }) => tool);
  const untaught = split === 'train' ? chooseUnseenTools(domain, seed, settings) : [];
  const tools = domain.tools.map(({ tool }) => tool.function.name);
  return tools.filter((tool) => !untaught.includes(tool));
}
