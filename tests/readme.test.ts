import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { buildCore } from '../scripts/build/core.ts'
import { startCore } from '../scripts/running-core.ts'
import { codeBlocks } from './docs/markdown.ts'

const root = path.dirname(import.meta.dirname)

test('the client in the README gets an answer from the built core and the model that comes with it', async () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
  const [example] = codeBlocks(readme).filter(({ words }) => words.includes('client'))
  const { entry } = await buildCore()
  await using core = await startCore(entry)

  // Inside the project, so that it finds the openai package.
  const folder = path.join(root, '.cache', `readme-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    const file = path.join(folder, 'client.ts')
    writeFileSync(file, example?.code.replace('http://127.0.0.1:4673', core.url) ?? '')
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = once(child, 'exit')
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(errors).toBe('')
    expect(output.length).toBeGreaterThan(20)
    expect((await ended)[0]).toBe(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
