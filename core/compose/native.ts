import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { spawnRole } from '../platform/child.ts'
import { embeddedFiles, unpack } from '../platform/embedded.ts'
import type { Paths } from '../platform/paths.ts'

export interface Native {
  /** Starts a role that finds the native engine. */
  readonly spawn: typeof spawnRole
  /** Where the files lie that came with the program; undefined where it runs from the project's folder. */
  readonly folder: string | undefined
}

/**
 * Where native code and the built-in model are: named by `IMPETUS_NATIVE_DIR`, else in the app bundle, else inside the
 * packaged program, which unpacks them into the home. A program that is not packaged has them in node_modules.
 */
export async function findNative({ nativeCache }: Paths): Promise<Native> {
  if (embeddedFiles === undefined) return { spawn: spawnRole, folder: undefined }
  const inBundle = join(dirname(process.execPath), '..', 'Resources', 'native')
  // Below the core's own folder in the program (scripts/package/stage.ts).
  const carried = join(import.meta.dirname, '..', 'native')
  const isInBundle = process.platform === 'darwin' && existsSync(inBundle)
  const named = process.env.IMPETUS_NATIVE_DIR
  const folder = named ?? (isInBundle ? inBundle : await unpack(embeddedFiles, carried, nativeCache))
  const env = { IMPETUS_NATIVE_DIR: folder }
  const spawn: typeof spawnRole = (role, args, options) =>
    spawnRole(role, args, { ...options, env: { ...options?.env, ...env } })
  return { spawn, folder }
}
