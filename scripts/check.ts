/** `npm run check`: types, format and lint, boundaries, unused code, documents. Ends with one line, `N passed, N failed`. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { type Check, checks } from './check/checks.ts'
import { root, toolEnvironment } from './project.ts'
import { closingLine } from './test/counts.ts'

const atOnce = 2

async function run(check: Check): Promise<boolean> {
  const began = performance.now()
  const child = spawn(process.execPath, check.command, {
    cwd: root,
    // Plain lines: they are read in logs as often as on terminals.
    env: toolEnvironment({ NO_COLOR: '1', ...check.env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve, reject) => child.on('exit', resolve).on('error', reject))
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${code === 0 ? '✓' : '✗'} ${check.name} (${seconds} s)`)
  if (code === 0) return true
  console.log(`${output}${errors}`.trimEnd())
  if (check.hint) console.log(`→ ${check.hint}`)
  return false
}

const waiting = [...checks]
const results: boolean[] = []
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) results.push(await run(check))
  }),
)
const passed = results.filter(Boolean).length
console.log(closingLine({ passed, failed: results.length - passed, skipped: 0 }))
process.exitCode = passed === results.length ? 0 : 1
