/**
 * A core for the tests to kill: loads the model at the path it is given, tells the runner's process id, then renders
 * whatever `busy` says, which keeps the runner's main thread busy where the template is made for it.
 */
import type { RoleProcess } from '../platform/child.ts'
import { createInspector, type SpawnRole } from './inspector/client.ts'
import { createLlamaEngine } from './llama.ts'
import { silentLog, spawnForTest } from './spawn.testing.ts'

const [path = '', busy = ''] = process.argv.slice(2)
let runner: RoleProcess | undefined
const spawn: SpawnRole = async (role, args, options) => {
  const child = await spawnForTest(role, args, options)
  if (role === 'runner') runner = child
  return child
}
const { signal } = new AbortController()
const engine = createLlamaEngine({
  spawn,
  inspector: createInspector({ spawn }),
  log: silentLog,
  templateDeadline: () => 60_000,
})
const model = await engine.load({ id: 'model', path }, { signal, threads: 1 })
const rendering =
  busy === ''
    ? undefined
    : model.render({ kind: 'chat', messages: [{ role: 'user', content: busy }] }, signal)
if (rendering !== undefined) await new Promise(resolve => setTimeout(resolve, 300))
process.stdout.write(`${runner?.pid}\n`)
setInterval(() => {}, 60_000)
await rendering
