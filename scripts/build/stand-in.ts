import { existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { inProject } from '../project.ts'

/** Where core/compose/built-in.ts looks for it. */
const file = inProject('build', 'stand-in', 'impetus-mini.gguf')

/** Writes a tiny model of random weights in the built-in one's place, until that is there (0.2 s, once). */
export async function writeStandIn(): Promise<void> {
  if (existsSync(inProject('assets', 'impetus-mini.gguf')) || existsSync(file)) return
  const { writeTinyLlama } = await import('../gguf/fixtures.ts')
  mkdirSync(path.dirname(file), { recursive: true })
  const unfinished = `${file}.${process.pid}`
  await writeTinyLlama(unfinished, { name: 'impetus-mini (random weights)' })
  renameSync(unfinished, file)
}
