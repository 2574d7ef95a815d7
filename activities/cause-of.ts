import { CausedError, type CauseName } from '../contract/causes.ts';
import { DataError } from '../data/errors.ts';
import { type StoreFault, StoreError } from '../store/store.ts';

const STORE_CAUSES: Record<StoreFault, CauseName> = {
  missing: 'store-corrupt',
  corrupt: 'store-corrupt',
  unreachable: 'store-unreachable',
  full: 'disk-full',
  refused: 'store-unreachable',
};

/** Of any error that work can throw. */
export function causeOf(error: unknown): CauseName {
  if (error instanceof CausedError) return error.causeName;
  if (error instanceof StoreError) return STORE_CAUSES[error.fault];
  if (error instanceof DataError) return 'data';
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return 'disk-full';
  return 'internal';
}
