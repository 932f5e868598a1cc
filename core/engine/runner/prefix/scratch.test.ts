import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from './scratch.ts'

test('the folder is private, and what a killed process has left is gone', async () => {
  const place = await mkdtemp(join(tmpdir(), 'impetus-scratch-'))
  // No process has a number beyond Linux's and macOS's limits.
  await mkdir(join(place, 'impetus-states-99999999-abc'))
  await mkdir(join(place, `impetus-states-${process.ppid}-abc`))
  await mkdir(join(place, 'somebody-elses'))
  const folder = await scratchFolder(place)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  const left = await readdir(place)
  expect(left).not.toContain('impetus-states-99999999-abc')
  expect(left).toContain('somebody-elses')
  expect(left).toHaveLength(3)
  await rm(place, { recursive: true })
})
