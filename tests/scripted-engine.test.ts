import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { bundleOptions } from '../scripts/build/bundle.ts'
import { inProject } from '../scripts/project.ts'
import { temporaryHome } from '../scripts/temporary-home.ts'

test.each([
  { scripted: false, offered: false },
  { scripted: true, offered: true },
])('a bundle with the scripted engine $scripted offers it: $offered', async ({ scripted, offered }) => {
  // Beside the other builds, so that it finds the packages it needs.
  mkdirSync(inProject('.cache'), { recursive: true })
  const folder = mkdtempSync(inProject('.cache', 'bundle-'))
  try {
    await build(bundleOptions({ outdir: folder, scripted }))
    writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}')
    const texts = readdirSync(folder).map(file => readFileSync(path.join(folder, file), 'utf8'))
    expect(texts.some(code => code.includes('The tool answered: '))).toBe(offered)
    expect(texts.some(code => code.includes('No model: the scripted engine'))).toBe(offered)
    const help = await run(path.join(folder, 'impetus.js'), ['help', 'serve'])
    expect(help.output.includes('--engine')).toBe(offered)
    if (offered) return
    const refused = await run(path.join(folder, 'impetus.js'), ['serve', '--engine', 'scripted'])
    expect(refused).toMatchObject({ code: 64, errors: expect.stringContaining("'--engine'") })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

async function run(entry: string, args: readonly string[]) {
  using place = temporaryHome()
  const child = spawn(process.execPath, [entry, ...args], {
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await ended) as [number | null]
  return { code, output, errors }
}
