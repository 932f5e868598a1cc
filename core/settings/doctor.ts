import { settingsSchema } from '../contract/settings.ts'
import { ExitError } from '../platform/exit.ts'
import type { Environment } from '../platform/paths.ts'
import { checkSettings } from './check.ts'
import { readSettingsFile } from './file.ts'
import { settingLeaves } from './leaves.ts'
import { readOverrides } from './overrides.ts'

export interface SettingsCheck {
  /** What keeps a core from starting. */
  readonly problem: string | null
  readonly warnings: readonly string[]
  /** The port a core would ask for. */
  readonly port: number
}

/** Looks the settings over as a start would, without starting. */
export async function examineSettings(path: string, env: Environment): Promise<SettingsCheck> {
  const { port } = settingsSchema.parse({}).server
  try {
    const leaves = settingLeaves()
    const overrides = readOverrides(leaves, env, {})
    const reading = await readSettingsFile(path, leaves, overrides)
    if (reading.state === 'bad') return { problem: reading.message, warnings: [], port }
    if (reading.state === 'good') {
      return { problem: null, warnings: reading.warnings, port: reading.settings.server.port }
    }
    const checked = checkSettings({}, overrides)
    if ('fault' in checked) return { problem: checked.fault.message, warnings: [], port }
    return { problem: null, warnings: [], port: checked.settings.server.port }
  } catch (error) {
    if (error instanceof ExitError) return { problem: error.message, warnings: [], port }
    throw error
  }
}
