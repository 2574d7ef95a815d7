import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterwards } from '../support/afterwards.ts';

export const BIN = join(import.meta.dirname, '..', '..', 'bin', 'ratchet.js');

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line as a person would, without a terminal. */
export function ratchet(
  args: string[],
  options: { cwd: string; env?: Record<string, string>; timeout?: number },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: options.cwd,
      env: { ...process.env, NO_COLOR: '1', RATCHET_IDLE_SECONDS: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeout ?? 120_000,
    });
    const ran = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      ran.stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      ran.stderr += chunk.toString();
    });
    child.on('error', reject).on('close', (code) => resolve({ code, ...ran }));
  });
}

/** A folder of its own for every call, removed when the file's tests are done. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-cli-'));
  // Its supervisor may be about to end, and still write.
  afterwards(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}
