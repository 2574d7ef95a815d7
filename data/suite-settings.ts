import type { BuiltinSettings } from '../worlds/settings.ts';
import type { SplitUnit } from './suite.ts';

/** A suite as a resolved spec names it. */
export type SuiteSettings = ApiBankSettings | JsonlSettings | BuiltinSuiteSettings;

export interface ApiBankSettings {
  kind: 'api-bank';
  source: ApiBankSource;
  /** Absent: `semantic`, and four balanced bins for the hub's files, whose APIs nobody has sorted. */
  domains?: DomainMapSettings | undefined;
  /** Where calls go that only prepare others: to their own API's domain, to that of the next other call, or nowhere. */
  auth: 'own' | 'follow' | 'exclude';
  split: SplitSettings;
  tools: ToolListing;
}

/** `level-1`, `level-3`, `hub`: next-call files; `dialogues`: whole dialogues; `paper-1`: the hub's as a study used them. */
export type ApiBankSource = 'level-1' | 'level-3' | 'hub' | 'dialogues' | 'paper-1';

/** Which API belongs to which domain. */
export type DomainMapSettings =
  | 'semantic'
  | BalancedSettings
  | { kind: 'own'; map: Record<string, string[]> };

/** The bins of arXiv 2605.09734, named D1, D2, ... */
export interface BalancedSettings {
  kind: 'balanced';
  bins: number;
  /** Entries below which an API is left out. */
  minimum: number;
  /** Mean tokens of an API's entries, by API, from a tokenizer; absent: words, digits and signs are counted. */
  tokens?: Record<string, number> | undefined;
}

export interface SplitSettings {
  unit: SplitUnit;
  folds: number;
  /** Deals units into folds; not a seed of the sweep. */
  seed: number;
}

/** Which tools a prompt lists; always the target's too. */
export type ToolListing = 'dialogue' | 'domain' | 'all' | { kind: 'distractors'; count: number };

export interface JsonlSettings {
  kind: 'jsonl';
  /** Field of a line that names its domain; absent: the name of its file. */
  domainField?: string | undefined;
  /** Field of a line that says `train` or `held-out`, instead of `split`. */
  splitField?: string | undefined;
  split: SplitSettings;
  tools: ToolListing;
}

export interface BuiltinSuiteSettings extends BuiltinSettings {
  kind: 'builtin';
}
