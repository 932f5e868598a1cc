import { spawn } from 'node:child_process'
import { createSignInCode } from '../contract/sign-in.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const { url, expiresAt } = await new CoreClient(call.paths()).call(createSignInCode)
  const opened = !call.switches.has('print') && !call.json && (await openInBrowser(url))
  answer(
    call,
    { url, expiresAt },
    opened ? 'The dashboard opens in your browser.' : `${url}\nThis link works once, within a minute.`,
  )
}

/** False where there is no browser to open (over ssh, in a container). */
async function openInBrowser(url: string): Promise<boolean> {
  const command = process.platform === 'darwin' ? '/usr/bin/open' : 'xdg-open'
  if (process.platform !== 'darwin' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return false
  return new Promise(resolve => {
    const child = spawn(command, [url], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('exit', code => resolve(code === 0))
  })
}
