import { LEVEL_ONE_FILE } from './api-bank/level-one.ts';
import { openApiBank } from './api-bank/suite.ts';
import { HUB_FILES, LEVEL_THREE_FILE } from './api-bank/training.ts';
import { openBuiltin } from './builtin.ts';
import { openJsonl, TOOLS_FILE } from './jsonl/suite.ts';
import type { ApiBankSource, SuiteSettings } from './suite-settings.ts';
import type { Suite, SuiteSource } from './suite.ts';

/** The files that a suite reads, in the folder that the spec names; whoever opens it reads their bytes. */
export interface SuiteFiles {
  /** By name: each has to be there. */
  names: readonly string[];
  /** Where people get those. */
  from?: string;
  /** By name: read where they are there. */
  optional?: readonly string[];
  /** Every `.jsonl` file of a folder (`.`: the suite's own), at least one; `deep`: of folders inside it too. */
  lines?: { folder: string; deep: boolean };
}

export function suiteFiles(settings: SuiteSettings): SuiteFiles {
  switch (settings.kind) {
    case 'api-bank':
      return API_BANK_FILES[settings.source];
    case 'jsonl':
      return { names: [], optional: [TOOLS_FILE], lines: { folder: '.', deep: false } };
    case 'builtin':
      return { names: [] };
  }
}

const REPOSITORY = 'the repository AlibabaResearch/DAMO-ConvAI, folder api-bank';
const HUB = 'the data set liminghao1630/API-Bank, folder training-data';

const API_BANK_FILES: Record<ApiBankSource, SuiteFiles> = {
  'level-1': { names: [LEVEL_ONE_FILE], from: REPOSITORY },
  'level-3': { names: [LEVEL_THREE_FILE], from: REPOSITORY },
  hub: { names: HUB_FILES, from: HUB },
  'paper-1': { names: HUB_FILES, from: HUB },
  dialogues: {
    names: [LEVEL_ONE_FILE],
    from: REPOSITORY,
    lines: { folder: 'dialogues', deep: true },
  },
};

/**
 * Opens a suite over the bytes of its files. Throws a `DataError` on data that a user can mend, a `SettingError` on
 * settings that do not fit them.
 */
export function openSuite(settings: SuiteSettings, sources: readonly SuiteSource[] = []): Suite {
  switch (settings.kind) {
    case 'api-bank':
      return openApiBank(settings, sources);
    case 'jsonl':
      return openJsonl(settings, sources);
    case 'builtin':
      return openBuiltin(settings);
  }
}
