// Puts what runs into a folder that becomes the image's root: Node, the compiled program and its packages, without what only
// builds, types and other platforms need. Run in the build stage of the Containerfile, after `npm prune --omit=dev`.
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';

const [image] = process.argv.slice(2);
if (!image) throw new Error('usage: assemble-image.mjs FOLDER');
process.chdir(join(import.meta.dirname, '..'));

const put = (from, to, options) => {
  mkdirSync(join(image, dirname(to)), { recursive: true });
  cpSync(from, join(image, to), { recursive: true, dereference: true, ...options });
};

/** Maps, types and sources are out of reach of any import. */
const runs = (file) => !/\.(map|[cm]?ts|tsbuildinfo|c|h|rs|md)$/.test(file);
for (const name of ['bin', 'dist', 'node_modules', 'package.json', 'LICENSE'])
  put(name, join('app', name), { filter: runs });
put(process.execPath, 'usr/local/bin/node');

// Temporal's core comes for every platform.
const releases = join(image, 'app/node_modules/@temporalio/core-bridge/releases');
const ours = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`;
for (const release of readdirSync(releases))
  if (release !== ours) rmSync(join(releases, release), { recursive: true });

// Node brings its authorities; Temporal's core reads the system's, which small bases lack.
mkdirSync(join(image, 'etc/ssl/certs'), { recursive: true });
writeFileSync(join(image, 'etc/ssl/certs/ca-certificates.crt'), `${rootCertificates.join('\n')}\n`);

// Whoever the container runs as, it may write here.
for (const folder of ['tmp', 'var/lib/ratchet']) {
  mkdirSync(join(image, folder), { recursive: true });
  chmodSync(join(image, folder), 0o1777);
}
