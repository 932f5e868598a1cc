import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { expect, test } from 'vitest'
import { InvalidModel } from '../../core/engine/inspector/cursor.ts'
import { readModelFile } from '../../core/engine/inspector/model-file.ts'
import { dissect, join } from './dissect.ts'
import { writeTinyLlama } from './fixtures.ts'
import { hostileFiles } from './hostile.ts'

test('a file taken apart and put together is the same, and every harm is a harm of its own', async () => {
  const folder = mkdtempSync(joinPath(tmpdir(), 'impetus-hostile-'))
  const path = joinPath(folder, 'sound.gguf')
  await writeTinyLlama(path)
  const sound = readFileSync(path)
  expect(Buffer.compare(join(dissect(sound)), sound)).toBe(0)
  const files = hostileFiles(sound)
  expect(files.length).toBeGreaterThanOrEqual(140)
  expect(new Set(files.map(({ name }) => name)).size).toBe(files.length)
  const taken: string[] = []
  for (const { name, bytes, expected } of files) {
    writeFileSync(path, bytes)
    try {
      readModelFile(path)
      if (expected === 'refused') taken.push(name)
    } catch (error) {
      expect(error, name).toBeInstanceOf(InvalidModel)
    }
  }
  rmSync(folder, { recursive: true })
  expect(taken).toEqual([])
})
