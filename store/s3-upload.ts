import { createHash } from 'node:crypto';
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { withFile } from './durable-files.ts';
import type { FilePart, MeasuredFile } from './measured-file.ts';
import { unlessGone } from './s3-answers.ts';
import type { S3Head, S3Objects } from './s3-objects.ts';
import {
  abortUploads,
  beginUpload,
  findUpload,
  forgetUpload,
  listParts,
  type Upload,
} from './s3-uploads.ts';
import { StoreError } from './store.ts';

const PARTS_AT_ONCE = 4;
/** An upload can be aborted from outside: by a collection of garbage, or a rule of the bucket. */
const UPLOADS = 3;

/**
 * Uploads a file in parts and replaces what stands at `path` by it, at once. A part that arrived is never sent again, also
 * after this process was killed: the next call with the same path and content, on any machine, goes on with the upload.
 */
export async function uploadInParts(
  objects: S3Objects,
  path: string,
  file: MeasuredFile,
): Promise<void> {
  for (let tries = 0; tries < UPLOADS; tries++) {
    const upload =
      (await findUpload(objects, path, file)) ?? (await beginUpload(objects, path, file));
    const done =
      (await sendParts(objects, upload, file)) && (await complete(objects, upload, file));
    // Where it is gone it may have been completed: by a try that went unanswered, or by another process.
    const stands = done || isUpload(file, await objects.head(path));
    await forgetUpload(objects, path);
    if (!stands) continue;
    // Another process may have finished first: then its own upload, or a part that arrived late, has left one open.
    await abortUploads(objects, path);
    return;
  }
  throw new StoreError(
    'unreachable',
    `cannot write ${path} (store ${objects.url}): its upload was aborted ${UPLOADS} times; does another process or a ` +
      'rule of the bucket abort uploads that are under way?',
  );
}

/** False: the upload is gone. */
async function sendParts(objects: S3Objects, upload: Upload, file: MeasuredFile): Promise<boolean> {
  const arrived = await listParts(objects, upload);
  if (!arrived) return false;
  const missing = file.parts.filter(
    ({ number, checksum }) => arrived.get(number)?.ChecksumSHA256 !== checksum,
  );
  let stop = false;
  const work = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafeSlow(missing[0]?.size ?? 0);
    for (let part = missing.shift(); part && !stop; part = missing.shift()) {
      await readPart(file.file, part, buffer);
      stop ||= !(await sendPart(objects, upload, part, buffer.subarray(0, part.size)));
    }
  };
  const workers = Array.from({ length: PARTS_AT_ONCE }, () =>
    work().catch((error: unknown) => {
      stop = true;
      throw error;
    }),
  );
  const ended = await Promise.allSettled(workers);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return !stop;
}

async function readPart(file: string, part: FilePart, buffer: Buffer): Promise<void> {
  const { bytesRead } = await withFile(file, 'r', (handle) =>
    handle.read(buffer, 0, part.size, part.start),
  );
  if (bytesRead === part.size) return;
  throw new StoreError('refused', `${file} changed while it was stored`);
}

/** A body that does not match its checksum is refused: a file that changes meanwhile never gets stored. */
async function sendPart(
  objects: S3Objects,
  { path, id }: Upload,
  part: FilePart,
  body: Buffer,
): Promise<boolean> {
  const command = new UploadPartCommand({
    Bucket: objects.bucket,
    Key: objects.keyOf(path),
    UploadId: id,
    PartNumber: part.number,
    Body: body,
    ContentLength: body.length,
    ChecksumSHA256: part.checksum,
  });
  const sent = await objects.request(
    `write part ${part.number} of ${path}`,
    (client, options) => unlessGone(client.send(command, options)),
    { bytes: body.length },
  );
  return sent !== undefined;
}

/**
 * By what the server says that it holds. After a try without a good answer it is read back before it is repeated: a second
 * completion of the same upload leaves some servers in a state from which they do not recover. False: the upload is gone, or
 * another process is just completing it.
 */
async function complete(objects: S3Objects, upload: Upload, file: MeasuredFile): Promise<boolean> {
  const { parts } = file;
  const arrived = await listParts(objects, upload);
  if (!arrived || parts.some(({ number }) => !arrived.has(number))) return false;
  const command = new CompleteMultipartUploadCommand({
    Bucket: objects.bucket,
    Key: objects.keyOf(upload.path),
    UploadId: upload.id,
    MultipartUpload: {
      Parts: parts.map(
        ({ number, checksum }): CompletedPart => ({
          ETag: arrived.get(number)?.ETag,
          PartNumber: number,
          ChecksumSHA256: checksum,
        }),
      ),
    },
  });
  let unanswered = false;
  return objects.request(
    `finish ${upload.path}`,
    async (client, options) => {
      if (unanswered && isUpload(file, await objects.lookAt(client, upload.path))) return true;
      unanswered = true;
      return (await unlessGone(client.send(command, options))) !== undefined;
    },
    { slow: true },
  );
}

/** Whether what stands is an upload of these very parts. */
function isUpload({ size, parts }: MeasuredFile, found: S3Head | undefined): boolean {
  const hash = createHash('sha256');
  for (const { checksum } of parts) hash.update(Buffer.from(checksum, 'base64'));
  return found?.size === size && found.checksum === `${hash.digest('base64')}-${parts.length}`;
}
