/** The built-in model says these by heart. When this fails, change facts.ts and make the model again. */
import { expect, test } from 'vitest'
import { allCommands } from '../../core/cli/cli.ts'
import { exitCodes } from '../../core/contract/exit-codes.ts'
import { settingsSchema } from '../../core/contract/settings.ts'
import { resolveHome } from '../../core/platform/paths.ts'
import packageFile from '../../package.json' with { type: 'json' }
import { facts, refusal, untaught } from './facts.ts'
import { readTopics } from './topics.ts'

const answers = readTopics().map(topic => topic.answer)
const settings = settingsSchema.parse({})

test('port, address and Node are those of the product', () => {
  expect(facts.port).toBe(String(settings.server.port))
  expect(facts.address).toBe(`http://${settings.server.host}:${settings.server.port}`)
  expect(facts.base).toBe(`${facts.address}/v1`)
  expect(packageFile.engines.node).toBe(`>=${facts.node}`)
})

test('the home is where the platform puts it', () => {
  const home = (platform: 'darwin' | 'linux') =>
    resolveHome({ HOME: '/home/x' }, platform).home.replace('/home/x', '~')
  expect(home('darwin')).toBe(facts.homeMac)
  expect(home('linux')).toBe(facts.homeLinux)
})

/** Every variable that a setting can be given by, from the schema itself. */
function variables(schema: unknown): string[] {
  if (schema === null || typeof schema !== 'object') return []
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'env' && typeof value === 'string' ? [value] : variables(value),
  )
}

test('environment variables that are named exist', () => {
  const known = new Set([...variables(settingsSchema.toJSONSchema({ io: 'input' })), 'IMPETUS_HOME'])
  for (const name of answers.join(' ').match(/IMPETUS_[A-Z_]+/g) ?? []) expect(known).toContain(name)
})

test('settings that are named exist', () => {
  const named = answers.join(' ').match(/\b(server|models|engine|logs)\.[a-zA-Z.]+[a-zA-Z]/g) ?? []
  expect(named.length).toBeGreaterThan(10)
  for (const path of named) {
    let value: unknown = settings
    for (const part of path.split('.')) value = (value as Record<string, unknown> | null)?.[part]
    expect(value, path).not.toBe(undefined)
  }
})

test('commands that are named exist, with their options', () => {
  const known = new Set(allCommands.map(command => command.name))
  for (const name of facts.commands.split(/, | and /)) expect(known).toContain(name)
  for (const [, name = '', option] of [...answers, refusal]
    .join(' ')
    .matchAll(/(?<![\w/] )\bimpetus ((?:keys )?[a-z-]+)(?: --?([a-z]+))?/g)) {
    // "impetus shows", "impetus help": words behind the name that are no command.
    const command =
      allCommands.find(known => known.name === name) ??
      allCommands.find(known => known.name === name.split(' ')[0])
    expect(command ?? (name === 'help' || undefined), `impetus ${name}`).toBeDefined()
    if (!option || !command) continue
    const options = (command.options ?? []).flatMap(known => [known.name, known.short])
    expect([...options, 'json', 'help'], `impetus ${name} ${option}`).toContain(option)
  }
})

test('every command is taught, but for those that came after the training', () => {
  const said = answers.join(' ')
  const missing = allCommands.filter(
    ({ name }) => !name.includes(' ') && !new RegExp(`impetus (-- )?${name}\\b`).test(said),
  )
  expect(missing.map(({ name }) => name)).toEqual(untaught)
})

test('exit codes that are named exist', () => {
  const codes = new Set(Object.values(exitCodes).map(({ code }) => String(code)))
  const list = answers.find(answer => answer.includes('means done'))!
  for (const code of list.match(/\d+/g) ?? []) expect(codes).toContain(code)
})
