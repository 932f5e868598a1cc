import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanEnvironment, type Executable, endRole, spawnRole } from './child.ts'

let folder: string
let executable: Executable
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-child-'))
  const script = join(folder, 'role.mjs')
  // A program whose roles are the ways a child can behave.
  writeFileSync(
    script,
    `import { writeSync, readSync } from 'node:fs'
     const [role, ...args] = process.argv.slice(2)
     if (role === 'tell') process.stdout.write(JSON.stringify({ args, env: process.env }))
     if (role === 'echo') {
       const bytes = Buffer.alloc(100)
       writeSync(3, 'heard ' + bytes.subarray(0, readSync(3, bytes)))
     }
     if (role === 'obey') process.stdin.on('end', () => process.exit(7)).resume()
     if (role === 'ignore') { setInterval(() => {}, 1000); process.stdout.write('ready') }`,
  )
  executable = { command: process.execPath, prefix: [script] }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const piece of stream) text += piece
  return text
}

test('role and arguments arrive as they are, in a clean environment', async () => {
  const child = await spawnRole('tell', ['a b', '$HOME', ''], { executable, env: { IMPETUS_X: '1' } })
  const told = JSON.parse(await textOf(child.stdout))
  expect(told.args).toEqual(['a b', '$HOME', ''])
  expect(told.env).toMatchObject({ IMPETUS_X: '1', PATH: process.env.PATH })
  expect(Object.keys(told.env).filter(name => /^(NODE_|VITEST|GGML_|LD_)/.test(name))).toEqual([])
  expect(await child.ended).toEqual({ code: 0, signal: null })
})

test('only what is known to be harmless is handed on', () => {
  const kept = { PATH: '/bin', HOME: '/h', LANG: 'de', LC_ALL: 'C', TZ: 'UTC', IMPETUS_HOME: '/x' }
  const dropped = {
    NODE_OPTIONS: '--x',
    LD_PRELOAD: '/y',
    DYLD_INSERT_LIBRARIES: '/z',
    GGML_X: '1',
    NODE_LLAMA_CPP_GPU: '1',
    AWS_SECRET_ACCESS_KEY: 's',
  }
  expect(cleanEnvironment({ ...kept, ...dropped, EMPTY: undefined })).toEqual(kept)
})

test('further pipes go both ways', async () => {
  const child = await spawnRole('echo', [], { executable, extraPipes: 1 })
  const [pipe] = child.extraPipes
  pipe?.write('hello')
  expect(await textOf(pipe as AsyncIterable<Buffer>)).toBe('heard hello')
})

test('a child in a process group of its own', async () => {
  const child = await spawnRole('ignore', [], { executable })
  await new Promise(resolve => child.stdout.once('data', resolve))
  if (process.platform === 'linux') {
    const group = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2]
    expect(Number(group)).toBe(child.pid)
  }
  // It does not listen, so it is killed after the grace period.
  expect(await endRole(child, 50)).toEqual({ code: null, signal: 'SIGKILL' })
  // Asking one that is gone is no fault.
  expect(await endRole(child, 50)).toEqual({ code: null, signal: 'SIGKILL' })
})

test('a child that watches its lifeline ends by itself', async () => {
  const child = await spawnRole('obey', [], { executable })
  expect(await endRole(child, 10_000)).toEqual({ code: 7, signal: null })
})

test('a program that is not there rejects', async () => {
  await expect(
    spawnRole('x', [], { executable: { command: join(folder, 'none'), prefix: [] } }),
  ).rejects.toThrow('ENOENT')
})
