import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Session } from '../../cli/connect.ts';
import { type Home, openHome } from '../../worker/home.ts';
import { Idleness } from '../../worker/idleness.ts';
import { type Attachment, attach, bindLock } from '../../worker/supervisor-socket.ts';

const noWork = async (): Promise<boolean> => false;

it('is idle when nobody is attached and there is no work, and has been for so long', async () => {
  const { socket } = await supervise();
  const idleness = new Idleness(socket);
  expect(await idleness.hasLasted(0, async () => true)).toBe(false);
  expect(await idleness.hasLasted(60_000, noWork)).toBe(false);
  expect(await idleness.hasLasted(0, noWork)).toBe(true);
});

it('is not idle when a terminal attaches while Temporal is asked for work, nor when it has just left', async () => {
  const { home, socket } = await supervise();
  const idleness = new Idleness(socket);
  let terminal: Attachment | undefined;
  const comes = async (): Promise<boolean> => {
    terminal = await attachTo(home);
    return false;
  };
  expect(await idleness.hasLasted(0, comes)).toBe(false);
  expect(await idleness.hasLasted(0, noWork)).toBe(false);
  terminal?.close();
  await vi.waitFor(() => expect(socket.attached).toBe(0), 10_000);
  expect(await idleness.hasLasted(0, noWork)).toBe(false);
  expect(await idleness.hasLasted(0, noWork)).toBe(true);
});

it('is not started again by who only looks, when it is ending', async () => {
  const { home, socket } = await supervise();
  socket.tell({ phase: 'ending', pid: process.pid });
  expect(await Session.join(home, () => undefined)).toBeUndefined();
});

/** This process in the place of a supervisor. */
async function supervise() {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-socket-'));
  const home = openHome(folder);
  const socket = await bindLock(home);
  if (!socket) throw new Error('another has the home');
  onTestFinished(() => {
    socket.close();
    rmSync(folder, { recursive: true });
  });
  return { home, socket };
}

async function attachTo(home: Home): Promise<Attachment> {
  const attachment = await attach(home);
  if (!(await attachment?.isStaying()) || !attachment) throw new Error('nobody is there');
  return attachment;
}
