import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A home of its own for one core: nothing of the user's is read or written. */
export interface TemporaryHome extends Disposable {
  /** Where the core keeps its files. */
  readonly home: string
  /** The environment for a core that lives there. */
  readonly env: Readonly<Record<string, string>>
}

/** @param models paths of files that the core finds there, by hard link where the disk allows it */
export function temporaryHome(models: readonly string[] = []): TemporaryHome {
  const folder = mkdtempSync(path.join(tmpdir(), 'impetus-home-'))
  const files = path.join(folder, 'files')
  mkdirSync(files)
  for (const model of models) place(model, path.join(files, path.basename(model)))
  const home = path.join(folder, 'home')
  return {
    home,
    env: { PATH: process.env.PATH ?? '', HOME: folder, IMPETUS_HOME: home, IMPETUS_MODELS: files },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function place(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    // Another file system.
    symlinkSync(from, to)
  }
}
