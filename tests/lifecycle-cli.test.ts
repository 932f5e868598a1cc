import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allCommands } from '../core/cli/cli.ts'
import { exitCodes } from '../core/contract/exit-codes.ts'
import { settingLeaves } from '../core/settings/leaves.ts'
import { Sandbox } from './support/program.ts'

const exec = promisify(execFile)

describe('the table of commands', () => {
  test('every flag of a setting is an option of serve', () => {
    const serve = allCommands.find(({ name }) => name === 'serve')
    const options = new Set(serve?.options?.map(({ name }) => name))
    for (const { flag, key } of settingLeaves()) {
      if (flag !== undefined) expect(options.has(flag), `--${flag} of ${key}`).toBe(true)
    }
  })

  test('names are unique, and every example calls its own command', () => {
    const names = allCommands.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name, examples } of allCommands) {
      expect(examples.length).toBeGreaterThan(0)
      for (const example of examples) expect(example).toContain(`impetus ${name}`)
    }
  })
})

describe('without a core', () => {
  let box: Sandbox
  beforeEach(() => {
    box = new Sandbox()
  })
  afterEach(() => box[Symbol.asyncDispose]())

  test('help lists every command and every exit code; each command has help of its own', async () => {
    const { code, stdout } = await box.run(['help'])
    expect(code).toBe(0)
    for (const { name, summary } of allCommands)
      expect(stdout).toMatch(new RegExp(`^ {2}${name} .*${summary}`, 'm'))
    for (const { code: number } of Object.values(exitCodes))
      expect(stdout).toMatch(new RegExp(`^ {2}${number} `, 'm'))
    const help = await box.run(['keys', 'create', '--help'])
    expect(help).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('impetus keys create NAME [options]'),
    })
  })

  test.each([
    [['nonsense'], 'There is no command "nonsense"'],
    [['status', '--nonsense'], "'--nonsense'"],
    [['status', 'more'], '"more" is too much'],
    [['run'], 'MODEL is missing'],
    [['serve', '--port', 'x'], '--port is "x"'],
    [['serve', '--port', '70000'], '--port is "70000"'],
    [['serve', '--engine', 'magic'], '--engine is "magic"'],
    [['logs', '--lines=-1'], '--lines is "-1"'],
  ])('%j is a usage error that names what is wrong', async (args, message) => {
    const { code, stderr } = await box.run(args)
    expect(stderr).toMatch(/^impetus: .+\n$/)
    expect(stderr).toContain(message)
    expect(code).toBe(64)
  })

  test.each([['status'], ['models'], ['stop'], ['open'], ['keys'], ['run default hello']])(
    '%s says that none runs, with code 69',
    async line => {
      const { code, stderr } = await box.run(line.split(' '))
      expect(code).toBe(69)
      expect(stderr).toBe(`impetus: No core is running on ${box.home}. Start one with "impetus serve".\n`)
      const json = await box.run([...line.split(' '), '--json'])
      expect(JSON.parse(json.stderr)).toMatchObject({ error: { exitCode: 69 } })
    },
  )

  test('version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect((await box.run(['--version'])).stdout).toContain(`Impetus ${version} `)
    expect(JSON.parse((await box.run(['version', '--json'])).stdout)).toMatchObject({ version })
  })

  test('doctor finds nothing wrong with an empty home, and loads the engine in a child', async () => {
    const { code, stdout } = await box.run(['doctor', '--json'])
    const findings: { check: string; state: string; message: string }[] = JSON.parse(stdout)
    expect(findings.filter(({ state }) => state === 'bad')).toEqual([])
    expect(findings.find(({ check }) => check === 'engine')?.message).toContain('llama.cpp starts')
    expect(code).toBe(0)
    expect(existsSync(box.home)).toBe(false)
  })

  test('doctor names each fault with its fix, with code 1', async () => {
    mkdirSync(box.home)
    chmodSync(box.home, 0o755)
    writeFileSync(box.paths.settings, '{ "server": { "port": "many" } }')
    writeFileSync(box.paths.database, 'no database')
    const { code, stdout } = await box.run(['doctor', '--json'], { env: { IMPETUS_NATIVE_DIR: '/nowhere' } })
    const findings: { check: string; state: string; fix: string | null }[] = JSON.parse(stdout)
    const states = Object.fromEntries(findings.map(({ check, state }) => [check, state]))
    expect(states).toMatchObject({
      home: 'warning',
      settings: 'bad',
      database: 'bad',
      engine: 'bad',
      core: 'warning',
    })
    for (const { state, fix, check } of findings) if (state !== 'good') expect(fix, check).toBeTruthy()
    expect(code).toBe(1)
    expect((await box.run(['doctor'])).stdout).toContain('line 1: "server.port"')
  })

  test('doctor names who holds the port', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { stdout } = await box.run(['doctor'], { env: { IMPETUS_PORT: String(port) } })
    server.close()
    expect(stdout).toContain(`${port} is taken by`)
    expect(stdout).toContain(`process ${process.pid}`)
  })

  test('install-cli puts a working command on the PATH, and never replaces what is not ours', async () => {
    const folder = join(box.folder, 'bin')
    mkdirSync(folder)
    const env = { PATH: `${folder}:${process.env.PATH}` }
    for (let times = 0; times < 2; times++) {
      const { code, stdout } = await box.run(['install-cli', '--folder', folder], { env })
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(join(folder, 'impetus')),
      })
    }
    expect(statSync(join(folder, 'impetus')).mode & 0o777).toBe(0o755)
    const { stdout } = await exec('impetus', ['version'], { env: box.environment(env) })
    expect(stdout).toMatch(/^Impetus \d/)
    writeFileSync(join(folder, 'impetus'), '#!/bin/sh\necho other')
    expect((await box.run(['install-cli', '--folder', folder], { env })).code).toBe(73)
    const elsewhere = await box.run(['install-cli'], { env: { PATH: '/usr/bin:/bin' } })
    expect(elsewhere.stdout).toContain(`export PATH="${join(box.folder, '.local', 'bin')}:$PATH"`)
  })
})
