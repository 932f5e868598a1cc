import { execFile, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { isAlive, Sandbox, until } from './support/program.ts'

let box: Sandbox
beforeEach(async () => {
  box = new Sandbox()
  mkdirSync(box.paths.models, { recursive: true })
  await writeTinyLlama(join(box.paths.models, 'tiny.gguf'))
})
afterEach(() => box[Symbol.asyncDispose]())

const chat = (more: object) => ({ model: 'tiny', messages: [{ role: 'user', content: 'hello' }], ...more })

test('without a working native engine everything but inference works, and says what to do', async () => {
  const core = await box.serve([], { engine: 'llama.cpp', env: { IMPETUS_NATIVE_DIR: '/nowhere' } })
  const answer = await core.request('POST', '/v1/chat/completions', { over: 'tcp', body: chat({}) })
  expect(answer.status).toBe(503)
  expect(answer.json()).toMatchObject({
    error: { code: 'engine_unavailable', message: expect.stringContaining('impetus doctor') },
  })
  expect((await core.request('GET', '/health')).status).toBe(200)
  expect((await core.request('GET', '/v1/models')).body).toContain('"tiny"')
  expect((await core.request('GET', '/api/status')).json()).toMatchObject({
    engine: { available: false, reason: expect.stringContaining('impetus doctor') },
  })
  expect((await box.run(['status'])).stdout).toContain('not available')
})

test('Ctrl-C in a terminal drains: the signal to the whole group spares the runner', async () => {
  // A group of its own stands for the terminal's foreground group.
  const child = spawn(
    process.execPath,
    ['core/main.ts', 'serve', '--port', '0', '--threads', '1', '--json'],
    {
      env: box.environment(),
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    },
  )
  const exited = new Promise(resolve => child.once('exit', resolve))
  let said = ''
  child.stdout.setEncoding('utf8').on('data', piece => (said += piece))
  await until(() => said.includes('\n'))
  const response = await fetch(`${JSON.parse(said).url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(chat({ stream: true, max_tokens: 600 })),
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = (await reader?.read())?.value ?? ''
  process.kill(-(child.pid as number), 'SIGINT')
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) text += next.value
  expect(text).toContain('"finish_reason":"length"')
  expect(text).not.toContain('"error"')
  expect(await exited).toBe(0)
})

test('the runner is gone within two seconds of a core that is killed', async () => {
  const core = await box.serve(['--threads', '1'], { engine: 'llama.cpp' })
  await core.request('POST', '/v1/chat/completions', { body: chat({ max_tokens: 1 }) })
  const children = await childrenOf(core.pid)
  expect(children.length).toBeGreaterThan(0)
  await core.kill()
  await until(() => !children.some(isAlive), 2000)
})

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  const rows = stdout.split('\n').map(line => line.trim().split(/\s+/).map(Number))
  return rows.filter(([, parent]) => parent === pid).map(([child]) => child as number)
}
