import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

/** Paths of PEM files. */
export interface Certificate {
  cert: string;
  key: string;
}

/** An authority of one's own in a folder, which signs certificates for names. */
export class Authority implements Certificate {
  readonly cert: string;
  readonly key: string;
  private readonly folder: string;
  private readonly name: string;

  constructor(folder: string, name: string) {
    this.folder = folder;
    this.name = name;
    const isAuthority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'];
    ({ cert: this.cert, key: this.key } = this.make(name, isAuthority));
  }

  sign(name: string): Certificate {
    const extensions = [`subjectAltName=DNS:${name}`, 'basicConstraints=critical,CA:FALSE'];
    const by = ['-CA', this.cert, '-CAkey', this.key];
    return this.make(`${this.name}-${name}`, extensions, by);
  }

  private make(name: string, extensions: string[], by: string[] = []): Certificate {
    const [cert, key] = [join(this.folder, `${name}.pem`), join(this.folder, `${name}.key`)];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const subject = ['-subj', `/CN=${name}`, '-days', '2'];
    const options = [...by, ...extensions.flatMap((extension) => ['-addext', extension])];
    execFileSync(
      'openssl',
      ['req', '-x509', ...curve, ...subject, ...options, '-keyout', key, '-out', cert],
      { stdio: 'pipe' },
    );
    return { cert, key };
  }
}

/** A file that is no certificate. */
export function writeNonsense(folder: string): string {
  const file = join(folder, 'nonsense.pem');
  writeFileSync(file, 'no certificate\n');
  return file;
}
