import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { ImpetusError } from '../../contract/errors.ts'
import { cleanEnvironment } from '../../platform/child.ts'
import type { Environment } from '../../platform/paths.ts'

/** What shows a file in the file manager. Given as words, never through a shell. */
function revealCommand(path: string, platform: NodeJS.Platform): readonly [string, ...string[]] {
  return platform === 'darwin' ? ['open', '-R', path] : ['xdg-open', dirname(path)]
}

const display = [
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_CURRENT_DESKTOP',
]

/** @throws ImpetusError `conflict` where this machine has nothing to show it with */
export async function reveal(path: string, platform: NodeJS.Platform, env: Environment): Promise<void> {
  const [command, ...words] = revealCommand(path, platform)
  const seen = Object.fromEntries(
    display.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])),
  )
  const child = spawn(command, words, {
    stdio: 'ignore',
    detached: true,
    env: { ...cleanEnvironment(env), ...seen },
  })
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
  } catch (error) {
    throw new ImpetusError('conflict', 'This machine has no file manager to show it with.', { cause: error })
  }
}
