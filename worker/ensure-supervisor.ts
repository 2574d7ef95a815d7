import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Home } from './home.ts';
import { SUPERVISOR_END } from '../contract/timeouts.ts';
import type { SupervisorNews } from './supervisor-protocol.ts';
import { readRecord } from './supervisor-record.ts';
import { type Attachment, attach } from './supervisor-socket.ts';

export interface Supervised {
  attachment: Attachment;
  address: string;
  ui: string | null;
}

/** No supervisor could be brought up; the message says why. */
export class SupervisorFailed extends Error {}

/** Attaches to the home's supervisor, starting one where none runs. `say` shows what a first start is doing. */
export async function ensureSupervisor(
  home: Home,
  say: (line: string) => void,
): Promise<Supervised> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const attachment = (await attach(home)) ?? (await start(home));
    const ready = attachment ? await waitUntilReady(attachment, say) : undefined;
    if (attachment && ready && isOf(home, ready.pid))
      return { attachment, address: ready.address, ui: ready.ui };
    // It died while it started, is ending, or belongs to a home that was removed: it will soon be gone.
    await attachment?.end(SUPERVISOR_END);
  }
  throw new SupervisorFailed(
    `the supervisor does not start: see ${join(home.logs, 'supervisor.log')}`,
  );
}

/** The home may have been removed and made anew under a supervisor that lives on. */
function isOf(home: Home, pid: number): boolean {
  return readRecord(home)?.supervisor.pid === pid;
}

async function start(home: Home): Promise<Attachment | undefined> {
  const output = openSync(join(home.logs, 'supervisor.log'), 'a', 0o600);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'supervisor.js')], {
    env: { ...process.env, RATCHET_HOME: home.folder },
    stdio: ['ignore', output, output],
    detached: true,
  });
  child.unref();
  for (let wait = 0; wait < 100; wait++) {
    const attachment = await attach(home);
    if (attachment) return attachment;
    await delay(50);
  }
  return undefined;
}

async function waitUntilReady(
  attachment: Attachment,
  say: (line: string) => void,
): Promise<Extract<SupervisorNews, { phase: 'ready' }> | undefined> {
  while (!attachment.ended) {
    const news = attachment.latest;
    if (news?.phase === 'ready') return news;
    if (news?.phase === 'failed') throw new SupervisorFailed(news.message);
    if (news?.phase === 'ending') return undefined;
    if (news && news.message !== 'starting') say(news.message);
    await attachment.next();
  }
  return undefined;
}
