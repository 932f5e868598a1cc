import { expect, test } from 'vitest'
import { defaultThreads } from './threads.ts'

test.each([
  { cores: 1, gpu: false, threads: 1 },
  { cores: 2, gpu: false, threads: 1 },
  { cores: 8, gpu: false, threads: 7 },
  { cores: 1, gpu: true, threads: 1 },
  { cores: 4, gpu: true, threads: 3 },
  { cores: 12, gpu: true, threads: 4 },
])('$cores cores, with a GPU: $gpu: $threads threads', ({ cores, gpu, threads }) => {
  expect(defaultThreads(cores, gpu)).toBe(threads)
})
