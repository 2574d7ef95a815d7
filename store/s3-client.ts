import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { S3Client } from '@aws-sdk/client-s3';

/** Milliseconds until a socket must be connected, may stay silent, and until an answer to a request must begin. */
export interface S3Timeouts {
  connect: number;
  silence: number;
  answer: number;
}

/** Without all three a server that accepts and says nothing hangs its client for ever. */
export const S3_TIMEOUTS: S3Timeouts = { connect: 3000, silence: 10_000, answer: 60_000 };

const SOCKETS = 64;

/**
 * A client that finds endpoint, region and credentials the way every AWS tool does: environment, shared files, roles.
 * It never retries on its own: `persist` does, and must know of every try.
 */
export function createS3Client(timeouts: S3Timeouts, endpoint?: string): S3Client {
  // On Node 20 the SDK says to stderr that its versions of next year will not run there; ours is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const client = new S3Client({
    ...(endpoint && { endpoint }),
    forcePathStyle: usesPathStyle(endpoint),
    maxAttempts: 1,
    // Checksums are ours, given with each upload.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: timeouts.connect,
      socketTimeout: timeouts.silence,
      requestTimeout: timeouts.answer,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS, ...trustedAuthorities() },
    },
  });
  // The signature covers the body's SHA-256, which is the checksum already: without this the SDK hashes it again.
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      const checksum = headers['x-amz-checksum-sha256'];
      if (checksum)
        headers['x-amz-content-sha256'] = Buffer.from(checksum, 'base64').toString('hex');
      return next(args);
    },
    { step: 'build', name: 'signWithChecksum', priority: 'low' },
  );
  return client;
}

/** `host/bucket/key` instead of `bucket.host/key`: what servers other than AWS's own understand. */
function usesPathStyle(endpoint: string | undefined): boolean {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, RATCHET_S3_PATH_STYLE } = process.env;
  if (RATCHET_S3_PATH_STYLE) return RATCHET_S3_PATH_STYLE === 'true';
  return Boolean(endpoint ?? AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL);
}

/** `AWS_CA_BUNDLE` beside the usual ones, as other AWS tools read it. */
function trustedAuthorities(): { ca?: string[] } {
  const { AWS_CA_BUNDLE } = process.env;
  return AWS_CA_BUNDLE ? { ca: [...rootCertificates, readFileSync(AWS_CA_BUNDLE, 'utf8')] } : {};
}
