import { expect, test } from 'vitest'
import { settingsSchema } from '../contract/settings.ts'
import { listenOnPort, localUrl } from './listen.ts'

const defaults = settingsSchema.parse({}).server

/** Listens on every port but the taken ones. */
function listen(taken: readonly number[], port: number, strictPort = false) {
  const tried: number[] = []
  const result = listenOnPort({
    server: { ...defaults, port },
    strictPort,
    takenBy: error =>
      error instanceof Error && error.message.startsWith('taken') ? error.message : undefined,
    listenTcp: async options => {
      tried.push(options.port)
      if (taken.includes(options.port)) throw new Error(`taken ${options.port}`)
      return { scheme: 'http' as const, port: options.port }
    },
  })
  return { tried, result }
}

test('takes the port asked for, else the next free one and says which was taken', async () => {
  expect(await listen([], 5000).result).toEqual({ bound: { scheme: 'http', port: 5000 }, taken: null })
  const { tried, result } = listen([5000, 5001], 5000)
  expect(await result).toEqual({ bound: { scheme: 'http', port: 5002 }, taken: 'taken 5000' })
  expect(tried).toEqual([5000, 5001, 5002])
})

test('a strict port is tried once; the last port has no next one', async () => {
  const strict = listen([5000], 5000, true)
  await expect(strict.result).rejects.toMatchObject({
    exitCode: 75,
    message: expect.stringContaining('taken 5000'),
  })
  expect(strict.tried).toEqual([5000])
  const last = listen([65_535], 65_535)
  await expect(last.result).rejects.toMatchObject({ exitCode: 75 })
  expect(last.tried).toEqual([65_535])
})

test.each([
  ['EACCES', 'needs more rights'],
  ['EADDRNOTAVAIL', 'no address of this machine'],
  ['ENOTFOUND', 'no address of this machine'],
])('%s is said plainly', async (code, message) => {
  const result = listenOnPort({
    server: defaults,
    strictPort: false,
    takenBy: () => undefined,
    listenTcp: () => Promise.reject(Object.assign(new Error('x'), { code })),
  })
  await expect(result).rejects.toMatchObject({ exitCode: 78, message: expect.stringContaining(message) })
})

test.each([
  ['127.0.0.1', 'http://127.0.0.1:1'],
  ['::1', 'http://[::1]:1'],
  ['0.0.0.0', 'http://127.0.0.1:1'],
  ['192.168.1.5', 'http://127.0.0.1:1'],
  ['localhost', 'http://127.0.0.1:1'],
])('programs on this machine reach %s at %s', (host, url) => {
  expect(localUrl({ scheme: 'http', port: 1 }, host)).toBe(url)
})
