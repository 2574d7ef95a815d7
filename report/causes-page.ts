import { CAUSES, type Cause } from '../contract/causes.ts';

/** `docs/causes.md`: the one table of causes, for people. */
export function renderCauses(): string {
  const rows = Object.entries<Cause>(CAUSES).map(([name, cause]) => [
    `\`${name}\``,
    cause.recognised,
    cause.action,
    describeRetries(cause),
    cause.mend,
  ]);
  const head = [
    'cause',
    'how it is recognised',
    'what Ratchet does',
    'tries again',
    'what you can do',
  ];
  const lines = [head, head.map(() => '---'), ...rows];
  return `${INTRODUCTION}\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

const INTRODUCTION = `# Why work fails, and what happens then

<!-- Written by scripts/generate-causes.mjs from contract/causes.ts. -->

Every cause has a budget of its own, for each stage of each block: pre-emptions never use up the retries of anything else.
A block that fails takes its descendants with it and no other; \`ratchet retry\` runs it again with fresh budgets. Faults that
are not the work's own are tried again within two seconds, the others after pauses that double from half a second to a
minute. Whatever is tried again goes on from the last durable checkpoint. \`ratchet explain\` tells of every try which cause
it was, by what evidence, and what comes next.
`;

function describeRetries({ retries }: Cause): string {
  if (retries === 0) return 'no';
  return retries === 1 ? 'once' : `${retries} times`;
}
