import { errorCode } from '../store/file-errors.ts';

/** Where Temporal is, and how it is spoken to. */
export interface TemporalServer {
  /** Host and port. */
  address: string;
  namespace: string;
  /** TLS, API key and headers, as both kinds of the SDK's connections take them. */
  access: TemporalAccess;
}

export interface TemporalAccess {
  tls?: boolean | TemporalTls;
  apiKey?: string;
  metadata?: Record<string, string>;
}

/** Contents of PEM files. */
export interface TemporalTls {
  serverRootCACertificate?: Uint8Array;
  clientCertPair?: { crt: Uint8Array; key: Uint8Array };
  serverNameOverride?: string;
}

/** Temporal cannot be had; the message says why and how to mend it. */
export class TemporalUnusable extends Error {
  /** It does not answer, and may again; everything else has to be mended. */
  readonly isAway: boolean;
  constructor(message: string, isAway = false) {
    super(message);
    this.isAway = isAway;
  }
}

/** The embedded one: on this machine, and for one user. */
export function embeddedServer(address: string): TemporalServer {
  return { address, namespace: 'default', access: {} };
}

/**
 * The server that the environment names, by the variables that every Temporal tool reads: `TEMPORAL_ADDRESS`,
 * `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS` and `TEMPORAL_TLS_*`, `TEMPORAL_GRPC_META_*`. Empty ones count as
 * unset. Undefined without an address: the others are meant for that server only.
 */
export async function readTemporalServer(): Promise<TemporalServer | undefined> {
  const env = readVariables();
  const address = env['TEMPORAL_ADDRESS'];
  if (address === undefined) return undefined;
  checkPair(env);
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  try {
    const { namespace, connectionOptions } = loadClientConnectConfig({
      disableFile: true,
      overrideEnvVars: env,
    });
    const { tls, apiKey, metadata } = connectionOptions;
    const access = { tls, apiKey, metadata } as TemporalAccess;
    return { address, namespace: namespace ?? 'default', access };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const file = errorCode(error) === undefined ? '' : ': TEMPORAL_TLS_*_PATH name PEM files';
    throw new TemporalUnusable(`Temporal's TLS settings cannot be read${file} (${why})`);
  }
}

/** Of this process without what names a server: for a worker of the embedded one. */
export function withoutTemporal(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^TEMPORAL_(ADDRESS|NAMESPACE|API_KEY|TLS|TLS_.*|GRPC_META_.*)$/.test(name),
    ),
  );
}

function readVariables(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[0].startsWith('TEMPORAL_') && Boolean(entry[1]),
    ),
  );
}

/** A certificate without its key would be left out in silence. */
function checkPair(env: Record<string, string>): void {
  const has = (what: string): boolean =>
    ['PATH', 'DATA'].some((how) => env[`TEMPORAL_TLS_CLIENT_${what}_${how}`] !== undefined);
  if (has('CERT') !== has('KEY'))
    throw new TemporalUnusable(
      'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH belong together: one of them is not set',
    );
}
