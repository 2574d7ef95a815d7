import { CandidateSet } from './candidates.ts';
import { emptyLexicon, type Lexicon } from './lexicon.ts';
import { Parameters } from './parameters.ts';
import { END } from './script.ts';
import { Symbols } from './symbols.ts';

/** A small log-linear copy model: hashed parameters and a lexicon. It is no language model. */
export class Model {
  readonly parameters: Parameters;
  readonly lexicon: Lexicon;
  readonly symbols = new Symbols();
  /** The outcome that ends a value, the arguments or the calls. */
  readonly end = this.symbols.intern(END);
  /** Filled anew for each decision. */
  readonly candidates: CandidateSet;

  constructor(parameters: Parameters, lexicon: Lexicon = emptyLexicon()) {
    this.parameters = parameters;
    this.lexicon = lexicon;
    this.candidates = new CandidateSet(parameters.size);
  }
}

/** The base: every parameter zero, so that only the fixed offsets speak. */
export function createModel(tableBits: number): Model {
  return new Model(new Parameters(2 ** tableBits));
}
