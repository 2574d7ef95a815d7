// An image without a registry and without a builder: one layer from a folder, as an archive that containerd imports.
// Times and owners are fixed: the same files make the same image.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PLAIN = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];

/** `root`: folder that becomes `/`; `archive`: the file to write. */
export function makeImage({ name, root, archive, workingFolder = '/', command = [] }) {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-image-'));
  try {
    const layer = join(folder, 'layer.tar');
    execFileSync('tar', [...PLAIN, '-cf', layer, '-C', root, '.']);
    const digest = createHash('sha256').update(readFileSync(layer)).digest('hex');
    const config = JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: {
        Env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
        Cmd: command,
        WorkingDir: workingFolder,
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [{ created: '1970-01-01T00:00:00Z', created_by: 'ratchet' }],
    });
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    mkdirSync(join(folder, digest));
    renameSync(layer, join(folder, digest, 'layer.tar'));
    writeFileSync(join(folder, configName), config);
    const manifest = [{ Config: configName, RepoTags: [name], Layers: [`${digest}/layer.tar`] }];
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    execFileSync('tar', ['-cf', archive, '-C', folder, configName, digest, 'manifest.json']);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const [name, root, archive, ...command] = process.argv.slice(2);
  makeImage({ name, root, archive, command });
}
