import { ImpetusError } from '../contract/errors.ts'

/** Writes down a last use. A full disk or a busy database must not shut out a key that is good: it is noted a minute later. */
export function noteUse(write: () => void): void {
  try {
    write()
  } catch (error) {
    if (!(error instanceof ImpetusError)) throw error
  }
}
