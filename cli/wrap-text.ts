/** Lines of at most so many characters, broken between words where there are any; controls cannot steer the terminal. */
export function wrapText(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => wrapLine(toPrintable(paragraph), width));
}

/** One line, whatever it holds. */
function toPrintable(text: string): string {
  return text.replaceAll('\t', ' ').replace(/\p{Cc}/gu, '\ufffd');
}

function wrapLine(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = Array.from(text);
  while (rest.length > width) {
    const end = findBreak(rest, width);
    lines.push(rest.slice(0, end).join('').trimEnd());
    rest = rest.slice(rest[end] === ' ' ? end + 1 : end);
  }
  return [...lines, rest.join('')];
}

/** At a space, else behind a comma, else in the middle of a word. */
function findBreak(characters: readonly string[], width: number): number {
  const space = characters.lastIndexOf(' ', width);
  if (space > 0) return space;
  const comma = characters.lastIndexOf(',', width - 1);
  return comma > 0 ? comma + 1 : width;
}
