import { z } from 'zod';
import type { Message } from '../contract/dialogue.ts';
import { DataError } from './errors.ts';

const toolCall = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string() }),
  z.strictObject({ role: z.literal('user'), content: z.string() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.string().nullable(),
    tool_calls: z.array(toolCall).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string(), content: z.string() }),
]);

/** Chat messages as a user's function returned them. Throws a `DataError` that names the message and field. */
export function checkMessages(messages: unknown, position: string): Message[] {
  const result = z.array(message).min(1).safeParse(messages);
  if (result.success) return result.data as Message[];
  const [issue] = result.error.issues;
  const place = ['messages', ...(issue?.path ?? [])].join('.');
  throw new DataError({
    file: "the condition's render function",
    position,
    expected: 'chat messages',
    found: `a fault at ${place}: ${issue?.message}`,
    hint: 'Return a list of {role, content} messages like the one it is given',
  });
}
