import { fileURLToPath } from 'node:url'
import { spawnRole } from '../platform/child.ts'
import type { Log } from '../platform/log.ts'
import type { SpawnRole } from './inspector/client.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

/** Children as the product starts them; the tests' own entry is the test runner, so the program is named. */
export const spawnForTest: SpawnRole = (role, args, options) =>
  spawnRole(role, args, { ...options, executable: { command: process.execPath, prefix: [main] } })

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
}
