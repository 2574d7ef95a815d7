import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect, type ConnectionOptions, createSecureContext } from 'node:tls';
import { errorCode } from '../store/file-errors.ts';
import type { TemporalServer, TemporalTls } from './temporal-server.ts';

/** What OpenSSL and Node call the faults of TLS, and what to do about each. */
const FAULTS: [codes: RegExp, said: string][] = [
  [
    /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_SIGNATURE/,
    'its certificate is not signed by an authority that is trusted here: TEMPORAL_TLS_SERVER_CA_CERT_PATH names one',
  ],
  [
    /ALTNAME_INVALID/,
    'its certificate is for another name: TEMPORAL_TLS_SERVER_NAME says which is right',
  ],
  [/HAS_EXPIRED|NOT_YET_VALID/, 'its certificate is not valid today'],
  [
    /ALERT|HUNG_UP/,
    'it refuses our certificate: see TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH',
  ],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH/, 'it does not speak TLS: unset TEMPORAL_TLS'],
];

/**
 * Why no connection comes about: the SDK only says that none did. Looks by handshakes of its own, each at most `patience`
 * milliseconds. Undefined: it answers, and nothing is wrong with TLS.
 */
export async function explainConnection(
  { address, access: { tls } }: TemporalServer,
  patience: number,
): Promise<{ said: string; isAway: boolean } | undefined> {
  const place = split(address);
  const silent = await knock(connectPlain(place), patience, 'connect');
  if (silent)
    return { said: `it does not answer (${errorCode(silent) ?? silent.message})`, isAway: true };
  const fault = tls ? await tryTls(place, tls === true ? {} : tls, patience) : undefined;
  if (fault) return { said: fault, isAway: false };
  if (tls) return undefined;
  const open = connect({ ...place, ...ALPN, rejectUnauthorized: false });
  if (await knock(open, patience, 'secureConnect')) return undefined;
  return { said: 'it speaks TLS: set TEMPORAL_TLS=true', isAway: false };
}

const ALPN = { ALPNProtocols: ['h2'] };

async function tryTls(
  place: { host: string; port: number },
  tls: TemporalTls,
  patience: number,
): Promise<string | undefined> {
  let options: ConnectionOptions;
  try {
    options = { ...place, ...readTls(place.host, tls), ...ALPN };
  } catch (error) {
    return `certificate and key cannot be used (${String(error)}): TEMPORAL_TLS_*_PATH name PEM files that belong together`;
  }
  // Under TLS 1.3 a server refuses a certificate only after the handshake: what it says first is waited for.
  const fault = await knock(connect(options), patience, 'data');
  if (!fault) return undefined;
  const code = errorCode(fault) ?? '';
  const said = FAULTS.find(([codes]) => codes.test(code))?.[1] ?? 'no TLS comes about';
  const { reason } = fault as { reason?: unknown };
  return `${said} (${typeof reason === 'string' ? reason : fault.message})`;
}

/** Undefined once `sign` was seen; of who is connected and says nothing, too. */
function knock(
  socket: Socket,
  patience: number,
  sign: 'connect' | 'secureConnect' | 'data',
): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const end = (error?: Error): void => {
      socket.destroy();
      resolve(error);
    };
    const late = new Error(`no answer within ${patience / 1000} s`);
    socket.setTimeout(patience, () => end(sign === 'data' ? undefined : late));
    socket.once(sign, () => end()).once('error', end);
    socket.once('close', () => end(Object.assign(new Error('it hung up'), { code: 'HUNG_UP' })));
  });
}

function readTls(
  host: string,
  { serverRootCACertificate: ca, clientCertPair: pair, serverNameOverride }: TemporalTls,
): ConnectionOptions {
  const secrets = {
    ...(ca && { ca: Buffer.from(ca) }),
    ...(pair && { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
  };
  const servername = serverNameOverride ?? (isIP(host) ? undefined : host);
  return { secureContext: createSecureContext(secrets), ...(servername && { servername }) };
}

function split(address: string): { host: string; port: number } {
  const [, host = address, port = '7233'] = /^(.*?)(?::(\d+))?$/.exec(address) ?? [];
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
