import { z } from 'zod';
import { prediction, trainerEvent } from './trainer-events.ts';
import { trainerJob } from './trainer-job.ts';

/** The trainer protocol as JSON Schema (draft 2020-12), by the name of the file that holds it. */
export function trainerSchemas(): Record<string, object> {
  return {
    'trainer-job': describe('job', 'job.json of the trainer protocol', trainerJob),
    'trainer-event': describe('event', 'One line of events.jsonl', trainerEvent),
    'trainer-prediction': describe('prediction', 'One line of a file of predictions', prediction),
  };
}

function describe(name: string, title: string, schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return { $schema, $id: `urn:ratchet:trainer:v1:${name}`, title, ...rest };
}
