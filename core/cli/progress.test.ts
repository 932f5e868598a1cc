import { expect, it } from 'vitest'
import type { Download } from '../contract/downloads.ts'
import { progressLine } from './progress.ts'

const download: Download = {
  ...{ id: 'dl_1', reference: 'hf:o/n', name: 'm.gguf', state: 'running', repo: 'o/n', revision: null },
  ...{ quantization: null, files: [], bytes: 4_000_000_000, done: 1_000_000_000, bytesPerSecond: 45_000_000 },
  ...{ secondsLeft: 66.6, retryAt: null, error: null, createdAt: 0, finishedAt: null },
}

it.each<[Partial<Download>, string]>([
  [{}, 'm.gguf  ██████░░░░░░░░░░░░░░░░░░ 25 %  1.0 GB of 4.0 GB  45.0 MB/s  1 min 7 s left'],
  [{ bytesPerSecond: null, secondsLeft: null }, 'm.gguf  ██████░░░░░░░░░░░░░░░░░░ 25 %  1.0 GB of 4.0 GB'],
  [
    { bytesPerSecond: 0, secondsLeft: null },
    'm.gguf  ██████░░░░░░░░░░░░░░░░░░ 25 %  1.0 GB of 4.0 GB  0 B/s',
  ],
  [{ retryAt: 31_000 }, 'm.gguf  ██████░░░░░░░░░░░░░░░░░░ 25 %  1.0 GB of 4.0 GB  trying again in 30 s'],
  [{ retryAt: 500 }, 'm.gguf  ██████░░░░░░░░░░░░░░░░░░ 25 %  1.0 GB of 4.0 GB  45.0 MB/s  1 min 7 s left'],
  [{ state: 'verifying', done: 4e9 }, 'm.gguf  ████████████████████████ 100 %  4.0 GB of 4.0 GB  checking'],
  [
    { state: 'queued', done: 0 },
    'm.gguf  ░░░░░░░░░░░░░░░░░░░░░░░░ 0 %  0 B of 4.0 GB  waiting for other downloads',
  ],
  [{ state: 'paused' }, 'm.gguf  ██████░░░░░░░░░░░░░░░░░░ 25 %  1.0 GB of 4.0 GB  paused'],
  [
    { done: 3_999_999_999 },
    'm.gguf  ███████████████████████░ 99 %  4.0 GB of 4.0 GB  45.0 MB/s  1 min 7 s left',
  ],
])('%j is shown as %s', (change, line) => expect(progressLine({ ...download, ...change }, 1000)).toBe(line))
