import { Document, isCollection, isMap, isScalar, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { valuesSchema } from './values-schema.ts';

/** The part of JSON Schema that the values' schema becomes. */
interface ValueSchema {
  description?: string;
  type?: string;
  default?: unknown;
  properties?: Record<string, ValueSchema>;
}

/** Draft 7: what every Helm since 3 reads. */
function valuesJsonSchema(): ValueSchema {
  return z.toJSONSchema(valuesSchema, { io: 'input', target: 'draft-7' }) as ValueSchema;
}

/** The files of the chart that follow from the schema of its values, by name. `readme`: with or without its table. */
export function renderChartFiles(readme: string): Record<string, string> {
  return {
    'values.schema.json': `${JSON.stringify(valuesJsonSchema(), null, 2)}\n`,
    'values.yaml': renderValues(),
    'README.md': replaceTable(readme),
  };
}

/** Every value with its default, its description above it. */
function renderValues(): string {
  const document = new Document(valuesSchema.parse({}));
  document.commentBefore =
    ' Written by scripts/generate-chart.mjs from charts/values-schema.ts: change it there.';
  if (isMap(document.contents)) comment(document.contents, valuesJsonSchema(), 0);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function comment(map: YAMLMap, { properties = {} }: ValueSchema, depth: number): void {
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    const schema = properties[String(key.value)];
    if (schema?.description) key.commentBefore = ` ${schema.description}`;
    key.spaceBefore = depth === 0;
    if (isMap(value) && schema?.properties) comment(value, schema, depth + 1);
    else if (isCollection(value)) value.flow = true;
  }
}

const MARKS = /(<!-- values -->\n)[^]*?(<!-- \/values -->)/;

function replaceTable(readme: string): string {
  const rows = listValues(valuesJsonSchema(), valuesSchema.parse({}));
  const table = ['| value | default | |', '|---|---|---|', ...rows].join('\n');
  return readme.replace(MARKS, (_all, begin, end) => `${begin}${table}\n${end}`);
}

function listValues(schema: ValueSchema, defaults: unknown, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, of]) => {
    const full = path ? `${path}.${name}` : name;
    const value = (defaults as Record<string, unknown>)[name];
    if (of.properties && Object.keys(of.properties).length > 0) return listValues(of, value, full);
    return [`| \`${full}\` | \`${JSON.stringify(value)}\` | ${of.description ?? ''} |`];
  });
}
