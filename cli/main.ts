import { Command, CommanderError } from 'commander';
import { redactSecrets } from '../compute/redact-secrets.ts';
import { CAUSES, CausedError, type CauseName } from '../contract/causes.ts';
import { DataError } from '../data/errors.ts';
import { StoreError } from '../store/store.ts';
import { TemporalUnusable } from '../worker/temporal-server.ts';
import { CliError, EXIT, type ExitCode } from './exit-codes.ts';
import { say } from './output.ts';
import { sayOutages } from './say-outages.ts';

const program = new Command('ratchet')
  .description('Durable continual-learning sweeps for tool-using language models')
  .version('0.1.0')
  .showHelpAfterError('(ratchet --help lists the commands)')
  .showSuggestionAfterError()
  .exitOverride();
/** A verb loads its own module only: most need neither Temporal nor the report, and start in half the time. */
const VERBS: Record<string, () => Promise<(program: Command) => void>> = {
  init: async () => (await import('./init.ts')).addInit,
  validate: async () => (await import('./validate.ts')).addValidate,
  lock: async () => (await import('./lock.ts')).addLock,
  plan: async () => (await import('./plan.ts')).addPlan,
  examples: async () => (await import('./examples.ts')).addExamples,
  run: async () => (await import('./run.ts')).addRun,
  status: async () => (await import('./status.ts')).addStatus,
  watch: async () => (await import('./watch.ts')).addWatch,
  explain: async () => (await import('./explain.ts')).addExplain,
  logs: async () => (await import('./logs.ts')).addLogs,
  ...Object.fromEntries(
    ['pause', 'resume', 'cancel', 'retry', 'parallelism'].map((verb) => [
      verb,
      async () => (await import('./control.ts')).addControl,
    ]),
  ),
  predictions: async () => (await import('./predictions.ts')).addPredictions,
  rescore: async () => (await import('./rescore.ts')).addRescore,
  report: async () => (await import('./report.ts')).addReport,
  export: async () => (await import('./export.ts')).addExport,
  import: async () => (await import('./import.ts')).addImport,
  store: async () => (await import('./store.ts')).addStore,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
  trainer: async () => (await import('./trainer.ts')).addTrainer,
  weights: async () => (await import('./weights.ts')).addWeights,
  worker: async () => (await import('./worker.ts')).addWorker,
  demo: async () => (await import('./demo.ts')).addDemo,
};

/** What a verb runs into itself, outside any sweep; other causes are failures. */
const CAUSE_CODES: Partial<Record<CauseName, ExitCode>> = {
  configuration: EXIT.spec,
  data: EXIT.data,
  'disk-full': EXIT.environment,
  'store-unreachable': EXIT.environment,
  'store-corrupt': EXIT.environment,
};

function describeCause({ causeName, message }: CausedError): string {
  return `${message}\n  mend: ${CAUSES[causeName].mend}`;
}

async function addVerbs(named: string | undefined): Promise<void> {
  const known = named !== undefined && Object.hasOwn(VERBS, named) ? VERBS[named] : undefined;
  const loaders = known ? [known] : Object.values(VERBS);
  const adders = new Set(await Promise.all(loaders.map((load) => load())));
  for (const add of adders) add(program);
}

sayOutages();
try {
  await addVerbs(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else if (error instanceof CliError) fail(error.exitCode, error.message);
  else if (error instanceof DataError) fail(EXIT.data, error.message);
  else if (error instanceof StoreError || error instanceof TemporalUnusable)
    fail(EXIT.environment, error.message);
  else if (error instanceof CausedError)
    fail(CAUSE_CODES[error.causeName] ?? EXIT.failed, describeCause(error));
  else throw error;
}

function fail(exitCode: number, message: string): void {
  say(redactSecrets(message));
  process.exitCode = exitCode;
}
