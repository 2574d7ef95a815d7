/** Tidy tables after RFC 4180; fractions with all their digits, an empty field where something is missing. */

type Field = string | number | null;

export interface Column<Row> {
  name: string;
  /** For the data dictionary. */
  meaning: string;
  value: (row: Row) => Field;
}

/** A table, rendered. */
export interface CsvTable {
  /** Of its file. */
  name: string;
  text: string;
  /** What every column means, in Markdown. */
  dictionary: string;
}

export function csvTable<Row>(
  name: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): CsvTable {
  const head = columns.map((column) => column.name);
  const lines = rows.map((row) => columns.map(({ value }) => quote(value(row))).join(','));
  const meanings = columns.map((column) => `- \`${column.name}\`: ${column.meaning}\n`).join('');
  return {
    name,
    text: [head.join(','), ...lines, ''].join('\r\n'),
    dictionary: `## ${name}\n\n${meanings}`,
  };
}

/** Quoted where CSV asks for it; text that a spreadsheet would take for a formula is kept from being one. */
function quote(field: Field): string {
  if (typeof field !== 'string') return field === null ? '' : String(field);
  const text = /^[=+\-@\t\r]/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z-]/g, (sign) => (sign === '-' ? '_' : `_${sign.toLowerCase()}`));
}
