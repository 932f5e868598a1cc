/** `impetus connect` and the recipes behind it, on a whole core. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { listClients } from '../core/contract/clients.ts'
import { type Core, Sandbox } from './support/program.ts'

let box: Sandbox
let core: Core
beforeAll(async () => {
  box = new Sandbox()
  core = await box.serve()
})
afterAll(() => box[Symbol.asyncDispose]())

function inHome(...parts: string[]): string {
  return path.join(box.folder, ...parts)
}

test('it lists the clients, and shows one with the address and the model of now', async () => {
  expect((await box.run(['connect'])).stdout).toMatch(/^claude-code +Claude Code +\/v1\/messages +yes$/m)
  const { stdout } = await box.run(['connect', 'opencode'])
  expect(stdout).toContain(`"baseURL": "${core.facts.url}/v1"`)
  expect(stdout).toContain('opencode --model impetus/scripted')
  const named = await box.run(['connect', 'Claude Code', '--json'])
  expect(JSON.parse(named.stdout)).toMatchObject({ id: 'claude-code' })
  expect(existsSync(inHome('.config'))).toBe(false)
})

test('a line for the terminal is a good one', async () => {
  const { stdout } = await box.run(['connect', 'curl'])
  const answer = await box.run(['version'], { shell: stdout.slice(stdout.indexOf('curl http')) })
  expect(answer.stdout).toContain('You said: Hello!')
})

test('it writes into a file that is there, and nothing a second time', async () => {
  const file = inHome('.continue', 'config.yaml')
  mkdirSync(path.dirname(file))
  writeFileSync(file, '# Mine\nname: Work\nmodels:\n  - name: Other\n    provider: anthropic\n')
  const first = await box.run(['connect', 'continue', '--write', '--json'])
  expect(JSON.parse(first.stdout)).toMatchObject({ written: [{ path: file, did: 'changed' }] })
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('# Mine')
  expect(parseYaml(text)).toMatchObject({
    name: 'Work',
    models: [{ name: 'Other' }, { model: 'scripted', apiBase: `${core.facts.url}/v1`, apiKey: 'unused' }],
  })
  expect((await box.run(['connect', 'continue', '--write'])).stdout).toContain('says all of this already')
  expect(readFileSync(`${file}.before-impetus`, 'utf8')).not.toContain('scripted')
})

test('with a key of its own, which works and is made for nothing that is refused', async () => {
  const file = inHome('codex.toml')
  const written = await box.run(['connect', 'codex', '--file', file, '--new-key'])
  expect(written.code).toBe(0)
  const key = /experimental_bearer_token = "(imp_[\w-]{43})"/.exec(readFileSync(file, 'utf8'))?.[1]
  const status = await fetch(`${core.facts.url}/api/status`, { headers: { authorization: `Bearer ${key}` } })
  expect(status.status).toBe(200)
  expect((await box.run(['keys'])).stdout).toContain('Codex')

  writeFileSync(inHome('broken.json'), '{"a": ')
  const refused = await box.run(['connect', 'opencode', '--file', inHome('broken.json'), '--new-key'])
  expect(refused).toMatchObject({ code: 73, stderr: expect.stringContaining('left as it is') })
  expect((await box.run(['keys'])).stdout).not.toContain('opencode')
})

test.each([
  [['connect', 'nope'], 'There is no recipe for "nope"'],
  [['connect', 'xcode', '--write'], 'no settings file to write'],
  [['connect', 'codex', '--key', 'a', '--new-key'], 'one of --key and --new-key'],
  [['connect', 'codex', '--key', 'a"b'], '--key is no key'],
  [['connect', 'codex', '--model', 'nope'], 'Installed: scripted'],
])('%j is refused with what to do', async (args, words) => {
  expect((await box.run(args)).stderr).toContain(words)
})

test('where a key is required, recipes say so, and none is written without one', async () => {
  await using other = new Sandbox()
  mkdirSync(other.home)
  writeFileSync(other.paths.settings, '{"server":{"requireKey":true}}')
  await other.serve()
  expect((await other.run(['connect', 'python'])).stdout).toContain('api_key="YOUR_KEY"')
  const refused = await other.run(['connect', 'opencode', '--write'])
  expect(refused.stderr).toContain('--new-key')
  expect(existsSync(path.join(other.folder, '.config'))).toBe(false)
})

test('the operation takes the address that its caller uses', async () => {
  const answer = await fetch(
    `${core.facts.url}/api/clients?address=${encodeURIComponent('https://box.lan:8443/x')}`,
  )
  const { clients } = listClients.response.parse(await answer.json())
  expect(JSON.stringify(clients)).toContain('https://box.lan:8443/v1')
  const wrong = await fetch(`${core.facts.url}/api/clients?address=javascript:alert(1)`)
  expect(await wrong.json()).toMatchObject({ error: { param: 'address' } })
})
