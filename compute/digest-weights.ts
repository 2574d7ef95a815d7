import { CausedError } from '../contract/causes.ts';
import { sha256Of } from '../store/records.ts';
import { resolveRevision } from './hub-source.ts';
import { LIST, type ListedFile, parseList } from './weights-list.ts';
import { openWeightsSource } from './weights-source.ts';

/** What a sweep file says of base weights so that they stay the same: of a hub's model its commit. */
export async function pinSource(source: string, signal: AbortSignal): Promise<string> {
  if (!source.startsWith('hf:')) return source;
  const [, model, revision = 'main'] = /^hf:\/\/([\w.-]+\/[\w.-]+)(?:@(.+))?$/.exec(source) ?? [];
  if (model === undefined)
    throw new CausedError(
      'configuration',
      `${source}: expected hf://organisation/name, at a branch, tag or commit after @`,
    );
  if (/^[0-9a-f]{40}$/.test(revision)) return source;
  return `hf://${model}@${await resolveRevision(model, revision, signal)}`;
}

/** The digest by which a sweep file names a source's files, and what they are; none of the large ones is fetched. */
export async function listWeights(
  url: string,
  signal: AbortSignal,
): Promise<{ digest: string; files: ListedFile[] }> {
  const list = await (await openWeightsSource(url, signal)).read(LIST);
  if (!list) throw new CausedError('configuration', `${url} has no ${LIST}`);
  return { digest: sha256Of(list), files: parseList(url, list) };
}
