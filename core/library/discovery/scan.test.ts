import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { assemble } from './assemble.ts'
import { scanFolders } from './scan.ts'

it('finds 5,000 files in 200 folders without holding the event loop', async () => {
  const root = await mkdtemp(join(tmpdir(), 'impetus-scan-'))
  const folders = Array.from({ length: 200 }, (_, index) => join(root, `folder-${index}`))
  for (const folder of folders) {
    await mkdir(folder)
    await Promise.all(Array.from({ length: 25 }, (_, index) => writeFile(join(folder, `m${index}.gguf`), '')))
  }
  let longest = 0
  let last = performance.now()
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 5)
  const began = performance.now()
  const scan = await scanFolders([{ path: root, origin: 'models' }])
  const milliseconds = performance.now() - began
  const { models } = assemble(scan.files)
  clearInterval(beat)
  await rm(root, { recursive: true })
  expect(new Set(models.map(model => model.id)).size).toBe(5000)
  expect(scan.directories).toHaveLength(201)
  console.log(
    `5,000 files in 200 folders: ${Math.round(milliseconds)} ms, longest pause ${Math.round(longest)} ms`,
  )
  expect(milliseconds).toBeLessThan(5000)
  expect(longest).toBeLessThan(500)
})

it('has a folder inside another one only once, with the rank of the first', async () => {
  const root = await mkdtemp(join(tmpdir(), 'impetus-scan-'))
  const inner = join(root, 'inner')
  await mkdir(inner)
  await writeFile(join(root, 'a.gguf'), '')
  await writeFile(join(inner, 'b.gguf'), '')
  const scan = await scanFolders([
    { path: inner, origin: 'configured' },
    { path: root, origin: 'models' },
    { path: join(root, 'absent'), origin: 'impetus' },
  ])
  await rm(root, { recursive: true })
  expect(scan.files.map(file => [file.name, file.origin])).toEqual([
    ['b.gguf', 'configured'],
    ['a.gguf', 'models'],
  ])
  expect(scan.missing).toEqual([join(root, 'absent')])
})
