import type { Clocked, DomainDefinition, Phrases, Step } from './domain.ts';
import { defineTool } from './tool.ts';

/**
 * A choice that a user leaves open and the toss of a coin decides, between two tools without arguments. Whoever calls one
 * of them is right one time in two, whatever else stands in the prompt and whatever was learned.
 */
interface OpenChoice {
  sides: readonly [Side, Side];
  user: Phrases;
}

interface Side {
  tool: string;
  description: string;
}

const OPEN_CHOICES: Record<string, OpenChoice> = {
  travel: {
    sides: [
      { tool: 'SeatAtWindow', description: 'Seats the traveller at the window.' },
      { tool: 'SeatAtAisle', description: 'Seats the traveller at the aisle.' },
    ],
    user: {
      train: [
        'Window or aisle, I do not mind.',
        'Seat me anywhere, toss a coin.',
        'I cannot choose between window and aisle. Choose for me, please.',
        'Any seat will do.',
      ],
      heldOut: ['I have no wish about the seat.', 'Let chance seat me.'],
    },
  },
  banking: {
    sides: [
      { tool: 'WriteByLetter', description: 'Sends statements by letter.' },
      { tool: 'WriteByMail', description: 'Sends statements by e-mail.' },
    ],
    user: {
      train: [
        'Letter or e-mail, I do not mind.',
        'Write to me in any way, toss a coin.',
        'I cannot choose between letter and e-mail. Choose for me, please.',
        'Any way to write to me will do.',
      ],
      heldOut: ['I have no wish about the statements.', 'Let chance choose how you write.'],
    },
  },
  library: {
    sides: [
      { tool: 'LendHardback', description: 'Lends the hardback.' },
      { tool: 'LendPaperback', description: 'Lends the paperback.' },
    ],
    user: {
      train: [
        'Hardback or paperback, I do not mind.',
        'Lend me any of the two, toss a coin.',
        'I cannot choose between hardback and paperback. Choose for me, please.',
        'Any cover will do.',
      ],
      heldOut: ['I have no wish about the cover.', 'Let chance choose the cover.'],
    },
  },
  clinic: {
    sides: [
      { tool: 'SendUpstairs', description: 'Sends the patient to the rooms upstairs.' },
      { tool: 'SendDownstairs', description: 'Sends the patient to the rooms downstairs.' },
    ],
    user: {
      train: [
        'Upstairs or downstairs, I do not mind.',
        'Send me to any floor, toss a coin.',
        'I cannot choose between upstairs and downstairs. Choose for me, please.',
        'Any floor will do.',
      ],
      heldOut: ['I have no wish about the floor.', 'Let chance choose the floor.'],
    },
  },
};

const ASSISTANT: Phrases = {
  train: ['That is how it fell.', 'Chosen.'],
  heldOut: ['The coin has fallen.', 'Chance has spoken.'],
};

/** The domain with the two tools of its open choice, and the turns that may end a dialogue. */
export function addToss<State extends Clocked>(
  domain: DomainDefinition<State>,
): DomainDefinition<State> {
  const choice = OPEN_CHOICES[domain.name];
  if (!choice) throw new RangeError(`the domain '${domain.name}' leaves no choice open`);
  const { sides, user } = choice;
  const tools = sides.map(({ tool, description }) => {
    return defineTool(tool, description, {}, (state: State) => ({
      state,
      result: { status: 'noted' },
    }));
  });
  const tosses = sides.map(({ tool }): Step<State> => {
    return { name: 'leave a choice open', tool, user, assistant: ASSISTANT, ask: () => [{}] };
  });
  return { ...domain, tools: [...domain.tools, ...tools], tosses };
}
