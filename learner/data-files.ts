/** The data of a job: tools, examples and prompts. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Example, Prompt, ToolTable } from '../contract/dialogue.ts';
import { wrongConfiguration } from './failure.ts';
import { messageOf, readJsonFile } from './job.ts';

/** Throws when a tool has no name or no parameters. */
export function readTools(path: string): ToolTable {
  const table = readJsonFile(path);
  if (!isRecord(table)) throw wrongConfiguration(`${path}: expected an object of tools by name`);
  for (const [name, tool] of Object.entries(table)) {
    const described = isRecord(tool) ? tool['function'] : undefined;
    const parameters = isRecord(described) ? described['parameters'] : undefined;
    if (!isRecord(parameters) || !isRecord(parameters['properties'])) {
      throw wrongConfiguration(`${path}: the tool '${name}' has no function.parameters.properties`);
    }
  }
  return table as unknown as ToolTable;
}

/** One example a line. */
export function readExamples(path: string): Example[] {
  return readLines(path).map(({ value, line }) => {
    if (!isPrompt(value) || !Array.isArray(value['target'])) {
      throw wrongConfiguration(
        `${path}:${line}: expected an example with id, messages, tools and target`,
      );
    }
    return value as unknown as Example;
  });
}

/** One prompt, or example, a line. */
export function readPrompts(path: string): (Prompt | Example)[] {
  return readLines(path).map(({ value, line }) => {
    if (!isPrompt(value)) {
      throw wrongConfiguration(`${path}:${line}: expected a prompt with id, messages and tools`);
    }
    return value as unknown as Prompt;
  });
}

function readLines(path: string): { value: unknown; line: number }[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw wrongConfiguration(`${basename(path)} cannot be read: ${messageOf(error)}`);
  }
  return text
    .split('\n')
    .map((content, at) => ({ content, line: at + 1 }))
    .filter(({ content }) => content.trim() !== '')
    .map(({ content, line }) => ({ value: parseLine(content, path, line), line }));
}

function parseLine(content: string, path: string, line: number): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw wrongConfiguration(`${path}:${line}: not JSON: ${messageOf(error)}`);
  }
}

function isPrompt(value: unknown): value is Record<string, unknown> {
  return (
    isRecord(value) &&
    typeof value['id'] === 'string' &&
    Array.isArray(value['messages']) &&
    Array.isArray(value['tools'])
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
