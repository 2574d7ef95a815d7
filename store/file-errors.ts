import { StoreError, type StoreFault } from './store.ts';

/** What the operating system says, as a fault, in words, and how to mend it. */
const FAULTS: Record<string, [StoreFault, string]> = {
  ENOSPC: ['full', 'no space left on the device; free some space there'],
  EDQUOT: ['full', 'the disk quota is used up; free some space or raise the quota'],
  EFBIG: ['full', 'the file is larger than the file system allows'],
  EACCES: ['refused', 'permission denied; give this user the right to read and write there'],
  EPERM: ['refused', 'operation not permitted; give this user the right to read and write there'],
  EROFS: ['refused', 'the file system is read-only; mount it writable or choose another folder'],
  ENOTDIR: ['refused', 'a file stands where a folder is needed; move it away'],
  EEXIST: ['refused', 'a file stands where a folder is needed; move it away'],
  EISDIR: ['refused', 'a folder stands where a file is needed; move it away'],
  ELOOP: ['refused', 'a symbolic link stands there, and a store never follows one; remove it'],
  ENAMETOOLONG: ['refused', 'the name is too long for the file system'],
  EXDEV: ['refused', 'parts of the store lie on different file systems; keep it on one'],
  ENOTSUP: ['refused', 'the file system has no hard links; keep the store on one that has them'],
  ENOENT: ['unreachable', 'the folder is gone; is its disk mounted?'],
  EMFILE: ['unreachable', 'too many open files; raise the limit (ulimit -n)'],
  ENFILE: ['unreachable', 'too many open files on this machine'],
  EIO: ['unreachable', 'the disk reports an input/output error; check the disk'],
};

export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Runs `action`; what the operating system throws becomes a `StoreError` that says what could not be done and why. */
export async function namingFaults<T>(doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof StoreError || code === undefined) throw error;
    const [fault, reason] = FAULTS[code] ?? ['unreachable', `the file system answered ${code}`];
    throw new StoreError(fault, `cannot ${doing}: ${reason}`, { cause: error });
  }
}
