import type { Message } from '../contract/dialogue.ts';
import type { CustomRender } from '../data/conditions.ts';

/** Condition A of arXiv 2605.09734, on a dialogue that is one text: lines of calls, results and prompts for calls go. */
export const render: CustomRender = ({ messages }) =>
  messages.map((message): Message => {
    if (message.role !== 'user') return message;
    const lines = message.content.split('\n').filter((line) => !TRACE.test(line));
    return { ...message, content: lines.join('\n') };
  });

const TRACE = /^API-Request:|^API-Response:|Received API Response|Generate API Request/;
