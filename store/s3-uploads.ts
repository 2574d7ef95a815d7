import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { unlessGone } from './s3-answers.ts';
import { sha256Of } from './records.ts';
import type { S3Objects } from './s3-objects.ts';
import type { BlobRef } from './store.ts';

/**
 * The journal of uploads in parts, in the bucket itself: whoever uploads the same content to the same path, on this
 * machine or another, goes on where the one before was killed.
 */
const UNFINISHED = '.unfinished/';

const uploadSchema = z.object({
  path: z.string(),
  id: z.string(),
  sha256: z.string(),
  size: z.number(),
});

/** An upload under way: S3's name for it, and what it is to become. */
export type Upload = z.infer<typeof uploadSchema>;

/** The noted upload of this very content; one of another content at the same path is given up. */
export async function findUpload(
  objects: S3Objects,
  path: string,
  { sha256, size }: BlobRef,
): Promise<Upload | undefined> {
  const noted = await readUpload(objects, path);
  if (!noted || (noted.sha256 === sha256 && noted.size === size)) return noted;
  await giveUpUpload(objects, noted);
  return undefined;
}

export async function giveUpUpload(
  objects: S3Objects,
  upload: Pick<Upload, 'path' | 'id'>,
): Promise<void> {
  await abortUpload(objects, upload);
  await forgetUpload(objects, upload.path);
}

/** Begins one and notes it; where another process did so first, that one's serves both. */
export async function beginUpload(
  objects: S3Objects,
  path: string,
  { sha256, size }: BlobRef,
): Promise<Upload> {
  const place = { Bucket: objects.bucket, Key: objects.keyOf(path) };
  const command = new CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: 'SHA256' });
  const { UploadId: id = '' } = await objects.request(`begin ${path}`, (client, options) =>
    client.send(command, options),
  );
  const upload: Upload = { path, id, sha256, size };
  const bytes = new TextEncoder().encode(JSON.stringify(upload));
  if (await objects.create(notePath(path), bytes)) return upload;
  const noted = await findUpload(objects, path, upload);
  if (!noted || noted.id === id) return upload;
  await abortUpload(objects, upload);
  return noted;
}

export function forgetUpload(objects: S3Objects, path: string): Promise<void> {
  return objects.remove(notePath(path));
}

/** Parts that arrived, by number; undefined: the upload is gone. */
export async function listParts(
  objects: S3Objects,
  { path, id }: Upload,
): Promise<Map<number, CompletedPart> | undefined> {
  const place = { Bucket: objects.bucket, Key: objects.keyOf(path), UploadId: id };
  const found = new Map<number, CompletedPart>();
  for (let marker: string | undefined, more = true; more; ) {
    const command = new ListPartsCommand({ ...place, PartNumberMarker: marker });
    const page = await objects.request(`list the parts of ${path}`, (client, options) =>
      unlessGone(client.send(command, options)),
    );
    if (!page) return undefined;
    for (const { PartNumber = 0, ETag, ChecksumSHA256 } of page.Parts ?? [])
      found.set(PartNumber, { PartNumber, ETag, ChecksumSHA256 });
    marker = page.NextPartNumberMarker;
    more = page.IsTruncated ?? false;
  }
  return found;
}

async function abortUpload(
  objects: S3Objects,
  { path, id }: Pick<Upload, 'path' | 'id'>,
): Promise<void> {
  const place = { Bucket: objects.bucket, Key: objects.keyOf(path) };
  const command = new AbortMultipartUploadCommand({ ...place, UploadId: id });
  await objects.request(`abort the upload of ${path}`, (client, options) =>
    unlessGone(client.send(command, options)),
  );
}

/** Ends every upload to a path that is still open. */
export async function abortUploads(objects: S3Objects, path: string): Promise<void> {
  const open = await listUploads(objects, path);
  for (const upload of open) if (upload.path === path) await abortUpload(objects, upload);
}

/** `began`: milliseconds since 1970. */
type Begun = Pick<Upload, 'path' | 'id'> & { began: number };

/**
 * Every upload under way: those that the server lists, and those that are noted. MinIO lists those of one path that is named in
 * full, and none else.
 */
export async function listUnfinished(objects: S3Objects): Promise<Begun[]> {
  const found = new Map((await listUploads(objects, '')).map((upload) => [upload.id, upload]));
  for (const { path, modified } of await objects.list(UNFINISHED)) {
    const noted = parseNote(await objects.read(path));
    if (noted && !found.has(noted.id)) found.set(noted.id, { ...noted, began: modified });
  }
  return [...found.values()];
}

/** Uploads to paths that begin so, as far as the server lists them. */
async function listUploads(objects: S3Objects, beginning: string): Promise<Begun[]> {
  const found: Begun[] = [];
  for (let page: { key?: string; id?: string } | undefined = {}; page; ) {
    const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
      Bucket: objects.bucket,
      Prefix: objects.keyOf(beginning),
      KeyMarker: page.key,
      UploadIdMarker: page.id,
    });
    const answer = await objects.request('list uploads', (client, options) =>
      client.send(command, options),
    );
    for (const { Key = '', UploadId = '', Initiated } of answer.Uploads ?? [])
      found.push({ path: objects.pathOf(Key), id: UploadId, began: Initiated?.getTime() ?? 0 });
    page = answer.IsTruncated
      ? { key: answer.NextKeyMarker ?? '', id: answer.NextUploadIdMarker ?? '' }
      : undefined;
  }
  return found;
}

function notePath(path: string): string {
  return `${UNFINISHED}${sha256Of(path)}.json`;
}

/** None where it is torn: then the upload is begun anew. */
async function readUpload(objects: S3Objects, path: string): Promise<Upload | undefined> {
  const bytes = await objects.read(notePath(path));
  const noted = parseNote(bytes);
  if (bytes && !noted) await forgetUpload(objects, path);
  return noted;
}

function parseNote(bytes: Uint8Array | undefined): Upload | undefined {
  try {
    return bytes && uploadSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}
