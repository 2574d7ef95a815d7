import { isObjectPath } from './object-path.ts';
import { StoreError } from './store.ts';

export interface S3Location {
  bucket: string;
  /** Before every object's path; empty or ending in '/'. */
  prefix: string;
}

/** Names that S3 and its kin take; a dot would break the certificate of `bucket.host`. */
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** Reads `s3://bucket` or `s3://bucket/pre/fix`. Throws `refused` for anything else. */
export function parseS3Url(url: string): S3Location {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(url) ?? [];
  const prefix = rest.replace(/\/$/, '');
  if (BUCKET.test(bucket) && (prefix === '' || isObjectPath(prefix)))
    return { bucket, prefix: prefix && `${prefix}/` };
  throw new StoreError(
    'refused',
    `${url} names no place in S3: expected s3://bucket/prefix, the bucket in 3 to 63 lower-case letters, digits and ` +
      'hyphens, the prefix in segments of letters, digits, "_", "-" and "."',
  );
}
