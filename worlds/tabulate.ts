/** Rows out of columns of equal length. */
export function tabulate<Columns extends Record<string, readonly unknown[]>>(
  columns: Columns,
): { [Name in keyof Columns]: Columns[Name][number] }[] {
  const entries = Object.entries(columns);
  const length = Math.min(...entries.map(([, values]) => values.length));
  return Array.from({ length }, (_, index) => {
    const row = entries.map(([name, values]) => [name, values[index]]);
    return Object.fromEntries(row) as { [Name in keyof Columns]: Columns[Name][number] };
  });
}
