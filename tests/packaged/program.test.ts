/** The one executable, alone in an empty folder and without Node beside it. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import { inProject, projectVersion } from '../../scripts/project.ts'
import { Packaged } from './program.ts'

const executable = inProject('dist', `impetus-${process.platform}-${process.arch}`)

let packaged: Packaged

beforeEach(() => {
  packaged = new Packaged(executable)
})

afterEach(() => packaged[Symbol.asyncDispose]())

async function say(url: string, model = 'impetus-mini'): Promise<string> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' })
  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'What is Impetus?' }],
    max_tokens: 24,
    stream: true,
  })
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  return text
}

function runners(): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n')
  return lines
    .filter(line => line.includes(`${packaged.program} runner`))
    .map(line => Number.parseInt(line, 10))
}

test('is at most 150 MB', () => {
  expect(statSync(executable).size / 1e6).toBeLessThanOrEqual(150)
})

test('starts, shows the dashboard, answers with the built-in model, and ends clean', async () => {
  const url = await packaged.serve()
  const page = await fetch(`${url}/`)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  const [script = ''] = /\/assets\/[^"]+\.js/.exec(await page.text()) ?? []
  expect((await fetch(url + script)).status).toBe(200)
  expect((await say(url)).length).toBeGreaterThan(3)
  const [line] = (await packaged.command('version')).split('\n')
  expect(line).toContain(projectVersion())
  expect(await packaged.command('status')).toContain(url)
  expect(await packaged.stop()).toBe(0)
  // Everything it wrote is in its home.
  expect(readdirSync(packaged.folder).sort()).toEqual(['bin', 'home'])
  expect(readdirSync(path.join(packaged.folder, 'bin'))).toEqual(['impetus'])
})

test('serves a second model, and goes on when its process is killed', async () => {
  const models = path.join(packaged.home, 'models')
  mkdirSync(models, { recursive: true, mode: 0o700 })
  chmodSync(packaged.home, 0o700)
  await writeTinyLlama(path.join(models, 'tiny.gguf'))
  const url = await packaged.serve()
  await say(url, 'tiny')
  const [runner] = runners()
  process.kill(runner ?? expect.fail('There is no runner.'), 'SIGKILL')
  await say(url, 'tiny')
  expect((await fetch(`${url}/health`)).status).toBe(200)
})

test('obeys neither NODE_OPTIONS nor what lies in the working directory', async () => {
  const trap = path.join(packaged.folder, 'trap')
  mkdirSync(path.join(trap, 'node_modules', 'hono'), { recursive: true })
  const mark = path.join(packaged.folder, 'mark')
  const code = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`
  writeFileSync(path.join(trap, 'trap.cjs'), code)
  writeFileSync(path.join(trap, 'node_modules', 'hono', 'index.js'), code)
  for (const name of ['package.json', 'impetus.json', '.env', '.npmrc'])
    writeFileSync(path.join(trap, name), '{ broken')
  const url = await packaged.serve({ NODE_OPTIONS: `--require=${path.join(trap, 'trap.cjs')}` }, trap)
  await say(url)
  expect(readdirSync(packaged.folder)).not.toContain('mark')
})

test('mends its native files when somebody has changed them', async () => {
  const first = await packaged.serve()
  await say(first)
  await packaged.stop()
  const cache = path.join(packaged.home, 'cache', 'native')
  const [name = ''] = readdirSync(cache)
  const addon = path.join(cache, name, 'llama-addon.node')
  const whole = readFileSync(addon)
  chmodSync(addon, 0o700)
  writeFileSync(addon, Buffer.concat([whole.subarray(0, 1000), Buffer.alloc(whole.length - 1000)]))
  await say(await packaged.serve())
  expect(readFileSync(addon).equals(whole)).toBe(true)
})

test('has no engine for tests in it', async () => {
  const failed = packaged.command('serve', '--engine', 'scripted', '--port', '0')
  await expect(failed).rejects.toThrow(/--engine/)
})

test('doctor finds its engine', async () => {
  await packaged.serve()
  expect(await packaged.command('doctor')).toContain('llama.cpp starts')
})
