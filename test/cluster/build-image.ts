import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../boundary/rooms.ts';

export const HAS_BUILDAH = spawnSync('buildah', ['--version']).status === 0;

const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const CORE = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`;

/** Builds the image of the Containerfile without a registry of images: its bases are made of this machine's own files. */
export class ImageBuilder {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** `folder`: scratch, of several GB, removed by whoever made it. */
  static async open(folder: string): Promise<ImageBuilder> {
    const builder = new ImageBuilder(folder);
    await builder.makeBase('build-base', [realpathSync('/bin/sh'), '/usr/bin/env']);
    await builder.makeBase('base', []);
    return builder;
  }

  /** From nothing. Returns the digest of what was built. */
  async build(name: string): Promise<string> {
    const args = ['BUILD_BASE=localhost/build-base', 'BASE=localhost/base'];
    const given = args.flatMap((arg) => ['--build-arg', arg]);
    await this.buildah('build', '--no-cache', ...ISOLATED, ...given, '--tag', name, root);
    // A line for each of its names.
    const [digest = ''] = (await this.buildah('images', '--format', '{{.Digest}}', name)).split(
      '\n',
    );
    return digest;
  }

  /** What `ctr images import` reads. */
  async export(name: string, archive: string): Promise<void> {
    await this.buildah('push', '--quiet', name, `docker-archive:${archive}:${name}`);
  }

  /** A base of these programs, and of the libraries that they and Temporal's core load. */
  private async makeBase(name: string, programs: string[]): Promise<void> {
    const base = join(this.folder, name);
    const put = (from: string, to = from): void => {
      mkdirSync(dirname(join(base, to)), { recursive: true });
      cpSync(realpathSync(from), join(base, to), { recursive: true });
    };
    const core = join(root, 'node_modules/@temporalio/core-bridge/releases', CORE, 'index.node');
    for (const file of [process.execPath, core, ...programs])
      for (const [library] of execFileSync('ldd', [file], { encoding: 'utf8' }).matchAll(/\/\S+/g))
        if (library !== `${file}:`) put(library);
    mkdirSync(join(base, 'tmp'), { recursive: true });
    if (programs.length > 0) {
      put(process.execPath, '/usr/local/bin/node');
      put('/bin/sh');
      put('/usr/bin/env');
      put(findNpm(), '/usr/local/lib/node_modules/npm');
      symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(base, 'usr/local/bin/npm'));
      if (existsSync(AUTHORITIES)) put(AUTHORITIES);
    }
    const recipe = join(this.folder, `${name}.Containerfile`);
    const authorities = programs.length > 0 ? `NODE_EXTRA_CA_CERTS=${AUTHORITIES}` : '';
    const env = `PATH=/usr/local/bin:/usr/bin:/bin ${authorities}`;
    writeFileSync(recipe, `FROM scratch\nCOPY . /\nENV ${env}\n`);
    await this.buildah('build', ...ISOLATED, '--tag', name, '--file', recipe, base);
  }

  private async buildah(...args: string[]): Promise<string> {
    const storage = ['--root', join(this.folder, 'storage'), '--runroot', join(this.folder, 'run')];
    const options = { maxBuffer: 64 * 1024 ** 2 };
    return (await promisify(execFile)('buildah', [...storage, ...args], options)).stdout;
  }
}

/** In this machine's network, where packages come from; with all times set to one. */
const ISOLATED = ['--isolation', 'chroot', '--timestamp', '0'];

/** npm's own folder. */
function findNpm(): string {
  const npm = execFileSync('which', ['npm'], { encoding: 'utf8' }).trim();
  return dirname(dirname(realpathSync(npm)));
}
