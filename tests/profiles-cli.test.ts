/** The commands for models in memory, profiles and recent requests. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Sandbox } from './support/program.ts'

let box: Sandbox
beforeAll(async () => {
  box = new Sandbox()
  await box.serve()
})
afterAll(() => box[Symbol.asyncDispose]())

test('load, ps, unload', async () => {
  expect((await box.run(['ps'])).stdout).toMatch(
    /^No model is in memory\. 0 B of .* used, 0 requests waiting/,
  )
  expect((await box.run(['load', 'scripted', '--keep', '600'])).stdout).toContain('scripted is loaded')
  expect((await box.run(['ps'])).stdout).toMatch(/^scripted +loaded .* in (9 min|10 min)/m)
  expect((await box.run(['load', 'scripted', '--pin'])).code).toBe(0)
  expect((await box.run(['ps'])).stdout).toContain('never (pinned)')
  expect((await box.run(['unload', 'scripted', '--unpin'])).stdout).toContain('not in memory')
  expect(JSON.parse((await box.run(['ps', '--json'])).stdout)).toMatchObject({ models: [], waiting: 0 })
  expect((await box.run(['load', 'scripted', '--keep', 'long'])).code).toBe(64)
  expect((await box.run(['load', 'nope'])).stderr).toContain('Installed: scripted')
})

test('profiles are made, tried, given to a model, shown and deleted', async () => {
  const created = await box.run([
    'profiles',
    'create',
    'mine',
    'slots=2',
    'kvCacheType=q8_0',
    '--copy',
    'fast',
  ])
  expect(created.stdout).toContain('"slots":2')
  expect((await box.run(['profiles', 'create', 'other', 'slots=many'])).stderr).toContain('"slots"')
  expect((await box.run(['profiles'])).stdout).toMatch(/^mine .*kvCacheType "q8_0"/m)
  const tried = await box.run(['profiles', 'use', 'mine', 'scripted', '--dry-run'])
  expect(tried.stdout).toMatch(/^contextLength +open → 8192$/m)
  expect((await box.run(['profiles', 'show', 'scripted'])).stdout).toContain('profile none')
  expect((await box.run(['profiles', 'use', 'mine', 'scripted'])).stdout).toMatch(/^slots +open → 2$/m)
  expect((await box.run(['profiles', 'show', 'scripted'])).stdout).toContain('profile mine')
  expect((await box.run(['profiles', 'delete', 'mine'])).stderr).toContain('is used by scripted')
  await box.run(['profiles', 'use', 'none', 'scripted'])
  expect((await box.run(['profiles', 'delete', 'mine'])).stdout).toContain('mine is deleted')
})

test('explain lists the recent requests and says what one did', async () => {
  expect((await box.run(['explain'])).stdout).toContain('No request is remembered')
  await box.run(['run', 'scripted', 'Hello'])
  const [request] = JSON.parse((await box.run(['explain', '--json'])).stdout) as { id: string }[]
  const id = request?.id ?? expect.fail('There is no request.')
  expect((await box.run(['explain', id])).stdout).toContain('It took')
  expect((await box.run(['explain', 'nope'])).stderr).toContain('No request of this id')
})
