export interface Tag {
  name: string;
  kind: 'open' | 'close' | 'void';
  attributes: [string, string][];
}

const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")*)\s*(\/?)>/g;

/** Every tag of a page. Throws where markup is left that is neither tag nor text. */
export function tagsOf(page: string): Tag[] {
  const body = page.replace(/<style>[^<]*<\/style>/, '').replace('<!doctype html>', '');
  const left = /.{0,60}[<>].{0,60}/.exec(body.replace(TAG, ''));
  if (left) throw new Error(`neither tag nor text: ${left[0]}`);
  return [...body.matchAll(TAG)].map(([, slash, name = '', attributes = '', empty]) => ({
    name,
    kind: slash ? 'close' : empty || name === 'meta' ? 'void' : 'open',
    attributes: [...attributes.matchAll(/([a-zA-Z0-9-]+)="([^"]*)"/g)].map(
      ([, key = '', value = '']): [string, string] => [key, value],
    ),
  }));
}

/** Checks that elements close in the order in which they opened; returns those left open. */
export function unclosed(tags: readonly Tag[]): string[] {
  const open: string[] = [];
  for (const { name, kind } of tags) {
    if (kind === 'open') open.push(name);
    if (kind !== 'close') continue;
    const expected = open.pop();
    if (expected !== name) throw new Error(`</${name}> closes <${expected}>`);
  }
  return open;
}
