import { expect, it } from 'vitest'
import type { Download } from '../../contract/downloads.ts'
import { progressOf } from './progress.ts'

const job: Download = {
  id: 'd1',
  reference: 'hf.co/owner/name:Q8_0',
  name: 'name-Q8_0.gguf',
  state: 'running',
  repo: 'owner/name',
  revision: 'abc',
  quantization: 'Q8_0',
  files: [{ name: 'name-Q8_0.gguf', bytes: 10, done: 4, sha256: 'ff', verified: false }],
  bytes: 10,
  done: 4,
  bytesPerSecond: 1,
  secondsLeft: 6,
  retryAt: null,
  error: null,
  createdAt: 0,
  finishedAt: null,
}

it.each([
  ['queued', { status: 'pulling manifest' }],
  ['running', { status: 'pulling name-Q8_0.gguf', digest: 'sha256:ff', total: 10, completed: 4 }],
  ['verifying', { status: 'verifying sha256 digest' }],
  ['done', { status: 'success' }],
] as const)('%s', (state, progress) => {
  expect(progressOf({ ...job, state })).toEqual(progress)
})

it.each([
  ['gated_model', 'gated_model'],
  ['no_such_code', 'download_failed'],
])('fails with %s as %s', (code, thrown) => {
  const failed: Download = { ...job, state: 'failed', error: { code, message: 'No.' } }
  expect(() => progressOf(failed)).toThrow(expect.objectContaining({ code: thrown, message: 'No.' }))
})

it.each(['paused', 'cancelled'] as const)('fails when it was %s', state => {
  expect(() => progressOf({ ...job, state })).toThrow(state)
})
