import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildIdentity } from '../compute/trainers.ts';
import { SUPERVISOR_END, SUPERVISOR_START } from '../contract/timeouts.ts';
import { hasEnded, signalProcess } from './children.ts';
import { type Home, openHome } from './home.ts';
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
    if (attachment && ready && isOf(home, ready.pid)) {
      if (ready.build === buildIdentity())
        return { attachment, address: ready.address, ui: ready.ui };
      say('another build of Ratchet runs here: it saves its checkpoints and makes way');
      signalProcess(ready.pid, 'SIGTERM');
    }
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
  openHome(home.folder); // It may have been removed since it was opened.
  const output = openSync(join(home.logs, 'supervisor.log'), 'a', 0o600);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'supervisor.js')], {
    env: { ...process.env, RATCHET_HOME: home.folder },
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  child.on('error', () => undefined); // It has no process id then.
  child.unref();
  const deadline = performance.now() + SUPERVISOR_START;
  for (;;) {
    // Somebody else's may have been faster: then ours has ended already.
    const attachment = await attach(home);
    if (attachment || hasEnded(child) || performance.now() > deadline) return attachment;
    await delay(50);
  }
}

async function waitUntilReady(
  attachment: Attachment,
  say: (line: string) => void,
): Promise<Extract<SupervisorNews, { phase: 'ready' }> | undefined> {
  for (;;) {
    const news = attachment.latest;
    if (news?.phase === 'ready') return news;
    if (news?.phase === 'failed') throw new SupervisorFailed(news.message);
    if (news?.phase === 'ending' || attachment.ended) return undefined;
    if (news && news.message !== 'starting') say(news.message);
    await attachment.next();
  }
}
