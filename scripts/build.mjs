// Compiles everything and makes the bundles: the learner (whose digest is its identity), the scorer (hashed only), the
// carrier (all that an image needs beside the learner) and the workflows (a prebuilt bundle starts a worker several times faster).
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = (name) => join(root, 'dist', name);
process.chdir(root);

execFileSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b'], {
  stdio: 'inherit',
});
mkdirSync(dist(''), { recursive: true });

/** Left alone where it is so already: something may be running from it, and another build may be at it. */
const put = (file, content) => {
  if (existsSync(file) && readFileSync(file).equals(Buffer.from(content))) return;
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, content);
  renameSync(draft, file);
};

/** Minified: comments and formatting do not change an identity. */
const bundle = async (entry, outfile, options) => {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [entry],
    outfile,
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  put(outfile, outputFiles[0].contents);
};
await bundle('learner/main.ts', dist('learner.mjs'));
await bundle('metrics/verdicts.ts', dist('scorer.mjs'));
// The S3 client has CommonJS in it, which asks for Node's modules by `require`.
const banner = {
  js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
};
await bundle('worker/carrier.ts', dist('carrier.mjs'), { banner });

const digest = (...files) =>
  files.reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256')).digest('hex');
const compiled = readdirSync(dist(''))
  .map((folder) => dist(`${folder}/tsconfig.tsbuildinfo`))
  .filter((file) => existsSync(file));
put(
  dist('identities.json'),
  JSON.stringify({
    learner: digest(dist('learner.mjs')),
    scorer: digest(dist('scorer.mjs')),
    build: digest(...compiled, 'package-lock.json'),
  }),
);

// Webpack takes seconds: only when a file that workflows can reach has changed.
const sources = ['workflows', 'contract']
  .map((folder) => readFileSync(dist(`${folder}/tsconfig.tsbuildinfo`)))
  .join('');
const stamp = createHash('sha256')
  .update(sources)
  .update(readFileSync('package-lock.json'))
  .digest('hex');
const workflows = dist('workflows.bundle.js');
const stampFile = dist('workflows.stamp');
if (!existsSync(workflows) || !existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  const logger = {
    log: () => {},
    trace: () => {},
    debug: () => {},
    info: () => {},
    warn: console.error,
    error: console.error,
  };
  const { code } = await bundleWorkflowCode({ workflowsPath: dist('workflows/index.js'), logger });
  put(workflows, code);
  put(stampFile, stamp);
}
