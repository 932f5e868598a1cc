/** The commands that look after model files, run as people run them. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { Sandbox } from './support/program.ts'

// Every command is a process of its own, and a busy machine takes seconds for each.
vi.setConfig({ testTimeout: 120_000 })

let box: Sandbox
let file: string

beforeAll(async () => {
  box = new Sandbox()
  file = join(box.folder, 'Tiny.gguf')
  await writeTinyLlama(file)
  mkdirSync(join(box.folder, 'Models'))
  copyFileSync(file, join(box.folder, 'Models', 'Theirs.gguf'))
  await box.serve([], { engine: 'llama.cpp' })
})
afterAll(() => box[Symbol.asyncDispose]())

test('import, show, models', async () => {
  expect(await box.run(['import', file])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^tiny: /) })
  const shown = await box.run(['show', 'tiny', '--tensors'])
  expect(shown.stdout).toMatch(/^architecture +llama$/m)
  expect(shown.stdout).toMatch(/^token_embd\.weight +F32 +\d+ × 1024/m)
  expect((await box.run(['models'])).stdout).toMatch(
    /^tiny +[\d.]+ [kM]B +gguf +F32 +\d+ +impetus +unloaded$/m,
  )
  expect((await box.run(['show', 'nobody'])).stderr).toContain('Installed: ')
  expect((await box.run(['import', file, '--move', '--link'])).code).toBe(64)
  expect((await box.run(['import', join(box.folder, 'gone.gguf')])).stderr).toContain('gone.gguf')
})

test('cp gives a name, rm takes the name away and not the model', async () => {
  expect((await box.run(['cp', 'tiny', 'Helper'])).stdout).toContain('helper')
  expect((await box.run(['rm', 'helper'])).stdout).toContain('its model stays')
  expect((await box.run(['show', 'tiny'])).code).toBe(0)
})

test('rm, trash and back; the files of others only with the word', async () => {
  const refused = await box.run(['rm', 'theirs'])
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('(--others)') })
  const deleted = await box.run(['rm', 'tiny'])
  const id = /trash_[0-9a-f]+/.exec(deleted.stdout)?.[0] ?? ''
  expect((await box.run(['trash'])).stdout).toMatch(new RegExp(`^${id} +tiny .*h`, 'm'))
  expect((await box.run(['trash', 'restore', id])).stdout).toContain('tiny is back')
  expect((await box.run(['trash', 'empty'])).stdout).toContain('0 B')
})

test('verify and dedupe', async () => {
  expect((await box.run(['verify', 'tiny', 'theirs'])).stdout).toBe(
    'tiny: read whole; there is nothing to compare its SHA-256 with\ntheirs: read whole; there is nothing to compare its SHA-256 with\n',
  )
  expect((await box.run(['verify', 'tiny'])).stdout).toContain(
    'whole: its SHA-256 is the one that it had before',
  )
  expect((await box.run(['dedupe'])).stdout).toMatch(/^tiny +impetus +[\d.]+ [kM]B +impetus dedupe --link$/m)
  expect((await box.run(['dedupe', '--link'])).stdout).toMatch(/^tiny shares its/)
  expect((await box.run(['dedupe'])).stdout).toContain('Nothing is there twice.')
})

test('export prints a Modelfile, and puts a model into LM Studio’s folder', async () => {
  expect((await box.run(['export', 'tiny'])).stdout).toMatch(/^FROM .*Tiny\.gguf$/m)
  expect((await box.run(['export', 'tiny', '--lm-studio'])).stdout).toContain('.lmstudio/models/impetus/tiny')
})
