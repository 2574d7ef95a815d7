import { z } from 'zod';
import { sweepFile } from './schema.ts';

/** The part of JSON Schema (draft 2020-12) that the spec's schema becomes. */
export interface JsonSchema {
  $schema?: string;
  $id?: string;
  title?: string;
  description?: string;
  examples?: unknown[];
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  patternErrorMessage?: string;
}

/** What editors complete and check by: the input side of the schema, so fields with a default may be left out. */
export function specJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(sweepFile, { io: 'input' }) as JsonSchema;
  return { ...($schema && { $schema }), $id: 'urn:ratchet:v1', title: 'Ratchet sweep', ...schema };
}
