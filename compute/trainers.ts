import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BaseWeights } from './base-weights.ts';
import type { TrainerCommand } from './trainer-process.ts';

/** A trainer as it can be started here, with the identity that keys cover. */
export interface Trainer extends TrainerCommand {
  kind: string;
  identity: string;
  description: string;
}

/** What a sweep file says of its trainer. */
export type TrainerSettings =
  | { kind: 'builtin' }
  | {
      kind: 'command';
      command: string[];
      identity: string;
      description?: string | undefined;
      weights?: BaseWeights | undefined;
    };

/** The trainer of a sweep file, and where it runs. */
export interface SweepSettings {
  trainer: TrainerSettings;
  compute: { kind: string; gpus?: number };
}

interface Identities {
  /** Digests of the learner's and the scorer's bundles, and of everything that was compiled. */
  learner: string;
  scorer: string;
  build: string;
}

/** `workingFolder`: where relative names in a command start. */
export function resolveTrainer(sweep: SweepSettings, workingFolder: string): Trainer {
  const { trainer: settings, compute } = sweep;
  const gpus = compute.kind === 'local' ? (compute.gpus ?? 0) : 0;
  if (settings.kind === 'command') {
    const { kind, command, weights: base } = settings;
    const description = settings.description ?? command.join(' ');
    // Other weights make another trainer, wherever they come from.
    const identity = base ? `${settings.identity} on ${base.digest}` : settings.identity;
    return { kind, command, identity, description, workingFolder, base, gpus };
  }
  // How `Math.exp` rounds may change with Node's minor version.
  const node = process.versions.node.split('.').slice(0, 2).join('.');
  return {
    kind: 'builtin',
    command: [process.execPath, builtFile('learner.mjs')],
    identity: `${readIdentities().learner}-node${node}`,
    description: 'built-in CPU learner: a small log-linear copy model, no language model',
    gpus,
  };
}

/** Digest of the code that scores: a mended scorer scores anew. */
export function scorerIdentity(): string {
  return readIdentities().scorer;
}

/** Of all of Ratchet's code: processes of different builds must not work together. */
export function buildIdentity(): string {
  return readIdentities().build;
}

function readIdentities(): Identities {
  return JSON.parse(readFileSync(builtFile('identities.json'), 'utf8')) as Identities;
}

/** Files of the build stand in `dist/`, whether this very module runs from there or from its source. */
function builtFile(name: string): string {
  const here = dirname(import.meta.dirname);
  const candidates = [join(here, name), join(here, 'dist', name)];
  return candidates.find((file) => existsSync(file)) ?? join(here, name);
}
