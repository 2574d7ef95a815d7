// Takes named pictures out of a report, each as an SVG file that stands alone: for pages that tell what a sweep shows.
// Usage: node scripts/extract-pictures.mjs REPORT.html FOLDER "Differences with their intervals" ...
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [report, folder, ...names] = process.argv.slice(2);
if (!report || !folder || names.length === 0)
  throw new Error('usage: extract-pictures.mjs REPORT.html FOLDER NAME ...');
const html = readFileSync(report, 'utf8');
const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
const pictures = new Map(
  [...html.matchAll(/<svg[^>]*aria-label="([^"]*)"[\s\S]*?<\/svg>/g)].map(([svg, name]) => [
    name,
    svg,
  ]),
);
mkdirSync(folder, { recursive: true });
for (const name of names) {
  const svg = pictures.get(name);
  if (!svg) throw new Error(`no picture ${name}: there are ${[...pictures.keys()].join(', ')}`);
  const own = `<style>${style}svg{font-family:system-ui,sans-serif;background:#fff}</style>`;
  const alone = svg.replace(/^<svg[^>]*>/, (open) =>
    open.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"').concat(own),
  );
  writeFileSync(
    join(folder, `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.svg`),
    `${alone}\n`,
  );
}
