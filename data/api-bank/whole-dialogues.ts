import { z } from 'zod';
import { canonicalJson } from '../../contract/digest.ts';
import type { Json, Message, Tool } from '../../contract/dialogue.ts';
import { DataError, quoteShortly } from '../errors.ts';
import { readJsonLines } from '../json-lines.ts';
import type { SourceData, SourceExample } from '../source-examples.ts';
import type { SuiteSource } from '../suite.ts';
import { countTraces } from '../trace-count.ts';
import { readLevelOne, scenarioOf } from './level-one.ts';
import { LEVEL_ONE_PROMPT, traceMessages } from './messages.ts';

const said = z.object({ role: z.enum(['User', 'AI']), text: z.string() });
const called = z.object({
  role: z.literal('API'),
  api_name: z.string().min(1),
  param_dict: z.record(z.string(), z.json()),
  result: z.object({ output: z.json(), exception: z.json().optional() }),
});
const turnSchema = z.discriminatedUnion('role', [said, called]);
type Turn = z.infer<typeof turnSchema>;

/**
 * Whole dialogues: every API turn is one example, with everything before it as its prompt. The dialogues describe no
 * tools; the level-1 file does. Throws a `DataError`.
 */
export function readWholeDialogues(
  dialogues: readonly SuiteSource[],
  levelOne: SuiteSource,
): SourceData {
  const tools = new Map(
    readLevelOne(levelOne).flatMap(({ described }) =>
      described.map((tool) => [tool.function.name, tool] as const),
    ),
  );
  const examples = dialogues.flatMap((source) => readDialogue(source, tools));
  const silent = dialogues.length - new Set(examples.map(({ file }) => file)).size;
  return {
    entries: countTraces(examples.map(({ example }) => example)),
    examples,
    leftOut: silent > 0 ? { 'dialogues without a call': silent } : {},
  };
}

function readDialogue(source: SuiteSource, tools: ReadonlyMap<string, Tool>): SourceExample[] {
  const turns = readJsonLines(source).map(({ line, value }) => ({
    line,
    turn: checkTurn(source.name, line, value),
  }));
  const apis = turns.flatMap(({ line, turn }) =>
    turn.role === 'API' ? [describeApi(source.name, line, turn.api_name, tools)] : [],
  );
  const described = [...new Set(apis)];
  const dialogue = source.name.replace(/^.*\//s, '').replace(/\.jsonl$/, '');
  const messages: Message[] = [LEVEL_ONE_PROMPT];
  const examples: SourceExample[] = [];
  for (const { line, turn } of turns) {
    if (turn.role === 'API') {
      const call = { name: turn.api_name, arguments: turn.param_dict };
      examples.push({
        example: {
          id: `${dialogue}#${line}`,
          dialogue,
          messages: [...messages],
          tools: described.map((tool) => tool.function.name),
          target: [call],
        },
        scenario: scenarioOf(dialogue),
        turn: line,
        described,
        content: JSON.stringify([dialogue, line]),
        file: source.name,
        position: `line ${line}`,
      });
      messages.push(...traceMessages(call, showResult(turn.result), examples.length));
    } else {
      messages.push({ role: turn.role === 'AI' ? 'assistant' : 'user', content: turn.text });
    }
  }
  return examples;
}

function checkTurn(file: string, line: number, value: Json): Turn {
  const result = turnSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new DataError({
    file,
    position: field === '' ? `line ${line}` : `line ${line}, field ${field}`,
    expected: "a turn: role 'User' or 'AI' with text, or 'API' with api_name, param_dict, result",
    found: quoteShortly(value),
  });
}

function describeApi(
  file: string,
  line: number,
  api: string,
  tools: ReadonlyMap<string, Tool>,
): Tool {
  const tool = tools.get(api);
  if (tool) return tool;
  throw new DataError({
    file,
    position: `line ${line}, field api_name`,
    expected: 'an API that the level-1 file describes',
    found: quoteShortly(api),
  });
}

/** A text as it is, everything else as JSON; of a call that failed, why. */
function showResult({ output, exception }: { output: Json; exception?: Json | undefined }): string {
  const shown = exception ?? output;
  return typeof shown === 'string' ? shown : canonicalJson(shown);
}
