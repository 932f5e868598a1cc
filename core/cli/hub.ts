import { getHub, type HubState, removeHubToken, setHubToken } from '../contract/hub.ts'
import { ExitError } from '../platform/exit.ts'
import { CoreClient } from './client.ts'
import type { Call, Io } from './command.ts'
import { answer } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  show(call, await new CoreClient(call.paths()).call(getHub))
}

export async function login(call: Call): Promise<undefined> {
  // Not an argument: those are in the shell's history and in everybody's list of processes.
  const token = (await readSecret(call.io)).trim()
  if (token === '') throw new ExitError('usage', 'No token was given. Paste it, or pipe it in.')
  show(call, await new CoreClient(call.paths()).call(setHubToken, { body: { token } }))
}

export async function logout(call: Call): Promise<undefined> {
  show(call, await new CoreClient(call.paths()).call(removeHubToken))
}

function show(call: Call, state: HubState): void {
  const words = {
    none: 'no token: gated models cannot be fetched. "impetus hub login" takes one',
    stored: 'a token is kept in the home, for this user only',
    environment: 'the token comes from HF_TOKEN',
  }
  answer(call, state, `${state.address}, ${words[state.token]}.`)
}

/** What is piped in; on a terminal a line that is not shown. */
async function readSecret({ stdin, stderr }: Io): Promise<string> {
  stdin.setEncoding('utf8')
  if (!stdin.isTTY) {
    let text = ''
    for await (const piece of stdin) text += piece
    return text
  }
  stderr.write('Access token (not shown): ')
  stdin.setRawMode(true)
  let text = ''
  try {
    for await (const piece of stdin) {
      for (const key of piece as string) {
        if (key === '\r' || key === '\n') return text
        if (key === '\x03' || key === '\x04') throw new ExitError('interrupted', 'No token was kept.')
        text = key === '\x7f' || key === '\b' ? text.slice(0, -1) : text + key
      }
    }
    return text
  } finally {
    stdin.setRawMode(false)
    stderr.write('\n')
  }
}
