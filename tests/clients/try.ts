import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { ClientRecipe } from '../../core/contract/clients.ts'
import { getRequest, listRequests } from '../../core/contract/requests.ts'
import type { Core, Sandbox } from '../support/program.ts'
import type { Agent } from './agents.ts'
import { clientsFolder, installed } from './install.ts'

/** Some wait for servers of their makers before they begin, and a busy machine takes its time. */
const deadline = 240_000

export interface Outcome {
  readonly seconds: number
  readonly requests: number
  /** Of the longest prompt; a token of the scripted engine is a word. */
  readonly words: number
  /** What is wrong; none when the turn was finished as it should be. */
  readonly problems: readonly string[]
}

/** Connects the agent as a person would, has it read a file, and looks whether it really did. */
export async function tryAgent(agent: Agent, box: Sandbox, core: Core): Promise<Outcome> {
  const commands = await installed(agent)
  // Not in the system's temporary folder: Codex puts no programs there, its sandbox among them.
  // And without links: agents ask before they read what seems to lie outside of their folder.
  const home = mkdtempSync(realpathSync(clientsFolder('homes')) + path.sep)
  try {
    const project = path.join(home, 'project')
    const note = path.join(project, 'note.txt')
    const secret = `opal-${randomBytes(6).toString('hex')}`
    mkdirSync(project)
    // Else they take this repository for what they work on.
    execFileSync('git', ['init', '--quiet'], { cwd: project })
    writeFileSync(note, `The word of the day is ${secret}.\n`)
    for (const [file, words] of Object.entries(agent.had ?? {})) {
      mkdirSync(path.dirname(path.join(home, file)), { recursive: true })
      writeFileSync(path.join(home, file), words)
    }
    const recipe = await connected(agent, box, home)
    await core.request('DELETE', '/api/requests')
    const began = performance.now()
    const said = await run(agent, { recipe, commands, home, project, note })
    const seconds = (performance.now() - began) / 1000
    const asked = await requestsOf(core)
    return {
      seconds,
      requests: asked.length,
      words: Math.max(0, ...asked.map(({ promptTokens }) => promptTokens)),
      problems: problems(agent, said, asked, secret),
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** By the product's own recipe, with a key of its own. */
async function connected({ id }: Agent, box: Sandbox, home: string): Promise<ClientRecipe> {
  const words = ['connect', id, '--model', 'scripted', '--new-key', '--json']
  const env = { HOME: home }
  const written = await box.run([...words, '--write'], { env })
  // Some recipes are lines for a terminal only.
  const shown = written.code === 0 ? written : await box.run(words, { env })
  if (shown.code !== 0) throw new Error(shown.stderr)
  return JSON.parse(shown.stdout) as ClientRecipe
}

interface Place {
  readonly recipe: ClientRecipe
  readonly commands: string
  readonly home: string
  readonly project: string
  readonly note: string
}

interface Said {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

async function run(agent: Agent, { recipe, commands, home, project, note }: Place): Promise<Said> {
  const { tool, arguments: values } = agent.call(note)
  const lines = recipe.parts.flatMap(part =>
    part.kind === 'text' && part.language === 'sh' ? part.text.trimEnd().split('\n') : [],
  )
  const command = agent.command ?? lines.pop() ?? ''
  const child = spawn('/bin/sh', ['-ec', [...lines, `${command} ${agent.words}`].join('\n')], {
    cwd: project,
    env: {
      PATH: [commands, path.dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(
        path.delimiter,
      ),
      HOME: home,
      PROMPT: `call ${tool} with ${JSON.stringify(values)}`,
      DO_NOT_TRACK: '1',
      ...agent.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what it starts ends with it.
    detached: true,
  })
  const end = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  const timer = setTimeout(end, deadline)
  const exited = new Promise<number | null>((resolve, reject) =>
    child.on('exit', resolve).on('error', reject),
  )
  // What it leaves running keeps the pipes open.
  void exited.then(end)
  const [code, output, errors] = await Promise.all([exited, text(child.stdout), text(child.stderr)])
  clearTimeout(timer)
  return { code, output, errors }
}

interface Asked {
  readonly route: string
  readonly promptTokens: number
  readonly state: string
  readonly prompt: string
  readonly answer: string
}

async function requestsOf(core: Core): Promise<Asked[]> {
  const { requests } = listRequests.response.parse((await core.request('GET', '/api/requests')).json())
  return Promise.all(
    requests.toReversed().map(async ({ id }) => {
      const detail = getRequest.response.parse((await core.request('GET', `/api/requests/${id}`)).json())
      const { route, promptTokens, state, texts } = detail
      return { route, promptTokens, state, prompt: texts?.prompt ?? '', answer: texts?.answer ?? '' }
    }),
  )
}

/** The tool ran when the file's word, which no prompt has said, comes back in a later prompt and in the answer. */
function problems({ route }: Agent, said: Said, asked: readonly Asked[], secret: string): string[] {
  const back = asked.findIndex(({ prompt }) => prompt.includes(secret))
  const answered = asked[back]
  const wrong = [
    said.code !== 0 && `it ended with code ${said.code}`,
    asked.some(({ state }) => state !== 'finished') && 'a request did not finish',
    back < 1 && 'no later request has what the file says',
    answered !== undefined && answered.route !== route && `it asked at ${answered.route}`,
    answered !== undefined && !answered.answer.includes(secret) && 'the answer does not have it',
    !said.output.includes(secret) && 'it does not show the answer',
  ].filter(problem => problem !== false)
  if (wrong.length > 0) wrong.push(`its last words:\n${`${said.output}\n${said.errors}`.trim().slice(-1500)}`)
  return wrong
}
