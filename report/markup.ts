/** HTML that is escaped unless it was written here: text can only enter through a placeholder, which escapes it. */

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | readonly Content[];

/** A template whose placeholders are escaped, also inside quoted attributes. Lists are joined, `Markup` stays. */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(
    parts.reduce((text, part, index) => {
      const content = contents[index - 1];
      return `${text}${content === undefined ? '' : toText(content)}${part}`;
    }),
  );
}

function toText(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (typeof content === 'number') return String(content);
  return typeof content === 'string' ? escapeText(content) : content.map(toText).join('');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters that HTML does not allow become the replacement character. */
function escapeText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd');
}
