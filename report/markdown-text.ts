/** The first column is text, the others are numbers. */
export function table([head = [], ...rows]: string[][]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [tableLine(head), `| ${rule.join(' | ')} |`, ...rows.map(tableLine)].join('\n');
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map(escapeMarkdown).join(' | ')} |`;
}

/** Keeps a text from being read as Markdown or HTML. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_[\]<>|#~&]/g, (character) => {
    return character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`;
  });
}
