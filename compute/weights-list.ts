import { CausedError } from '../contract/causes.ts';
import { isObjectPath } from '../store/object-path.ts';

/** The list of a source's files as `sha256sum` writes it; its own digest names the weights. */
export const LIST = 'SHA256SUMS';

export interface ListedFile {
  name: string;
  sha256: string;
}

/** What the command of docs/trainer-protocol.md writes beside the same files: a copy of them elsewhere has the same digest. */
export function formatList(files: readonly ListedFile[]): string {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(({ name, sha256 }) => `${sha256}  ./${name}\n`).join('');
}

export function parseList(source: string, list: Uint8Array): ListedFile[] {
  const lines = new TextDecoder().decode(list).split('\n').filter(Boolean);
  return lines.map((line) => {
    const [, sha256 = '', name = ''] = /^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/.exec(line) ?? [];
    if (sha256 !== '' && isObjectPath(name) && name !== LIST) return { name, sha256 };
    throw new CausedError(
      'configuration',
      `${source}/${LIST}: expected lines of a digest and a plain relative path, found ${JSON.stringify(line.slice(0, 200))}`,
    );
  });
}
