import type { z } from 'zod';
import {
  describeSchema,
  fieldsAt,
  quotedWords,
  schemaAt,
  validKinds,
  validWords,
  valueAt,
} from './expectations.ts';
import type { FieldPath, Finding } from './findings.ts';
import type { JsonSchema } from './json-schema.ts';
import { nearestWord } from './nearest.ts';
import { showValue } from './problems.ts';

type Issue = z.core.$ZodIssue;

/** What zod refused in a file's value, told in the words of the JSON Schema made from the same zod schema. */
export function describeIssues(
  issues: readonly Issue[],
  schema: JsonSchema,
  value: unknown,
): Finding[] {
  const findings = issues.flatMap((issue) => describeIssue(issue, schema, value));
  return findings.filter((finding) => !isMisspelled(finding, findings, value));
}

function describeIssue(issue: Issue, schema: JsonSchema, value: unknown): Finding[] {
  const path = issue.path as FieldPath;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => describeUnknownField(key, path, schema, value));
    case 'invalid_key': {
      const names = schemaAt(schema, path.slice(0, -1), value)?.propertyNames;
      const expected = issue.issues.find(isRefined)?.message ?? describeSchema(names);
      return [{ path, atKey: true, expected, found: showValue(path.at(-1)) }];
    }
    case 'invalid_union':
      return describeUnion(issue, schema, value);
    default:
      return [describeValue(issue, schema, value)];
  }
}

function isRefined(issue: Issue): boolean {
  return issue.code === 'custom';
}

/** A missing field whose name stands beside it misspelled: one mistake, reported once, at the misspelling. */
function isMisspelled(missing: Finding, findings: readonly Finding[], value: unknown): boolean {
  if (valueAt(value, missing.path) !== undefined) return false;
  const name = missing.path.at(-1);
  const parent = JSON.stringify(missing.path.slice(0, -1));
  return findings.some(({ path, suggestion }) => {
    return (
      suggestion === name && path !== missing.path && JSON.stringify(path.slice(0, -1)) === parent
    );
  });
}

function describeUnknownField(
  key: string,
  path: FieldPath,
  schema: JsonSchema,
  value: unknown,
): Finding {
  const fields = fieldsAt(schema, path, value);
  const siblings = valueAt(value, path) as object;
  const free = fields.filter((field) => !Object.hasOwn(siblings, field));
  return {
    path: [...path, key],
    atKey: true,
    expected: fields.length === 1 ? `only ${fields[0]}` : `one of ${fields.join(', ')}`,
    found: `the unknown field ${showValue(key)}`,
    suggestion: nearestWord(key, free),
    help: key === '<<' ? 'merge keys are not read: write the fields out' : undefined,
  };
}

/** Told by the alternative that the value was meant for, or by all of them when it fits none. */
function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: JsonSchema,
  value: unknown,
): Finding[] {
  const meant = issue.errors.find((branch) => !branch.some(isOfAnotherType));
  if (!meant) return [describeValue(issue, schema, value)];
  const nested = meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  return describeIssues(nested, schema, value);
}

function isOfAnotherType({ path, code }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

function describeValue(issue: Issue, schema: JsonSchema, value: unknown): Finding {
  const path = issue.path as FieldPath;
  const given = valueAt(value, path);
  const wanted = schemaAt(schema, path, value);
  const kinds =
    path.at(-1) === 'kind' ? validKinds(schemaAt(schema, path.slice(0, -1), value)) : [];
  const words = kinds.length > 0 ? kinds : validWords(wanted);
  const described = kinds.length > 0 ? quotedWords(kinds) : describeSchema(wanted);
  return {
    path,
    expected: isRefined(issue) ? issue.message : described,
    found: showValue(given),
    suggestion: typeof given === 'string' ? nearestWord(given, words) : undefined,
    help: helpFor(given, wanted),
  };
}

function helpFor(given: unknown, wanted: JsonSchema | undefined): string | undefined {
  if (wanted?.type === 'string' && (typeof given === 'number' || typeof given === 'boolean')) {
    return `put it in quotes: "${given}"`;
  }
  return wanted?.description;
}
