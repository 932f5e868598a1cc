import { existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { writeBenchModel } from '../gguf/fixtures.ts'
import { inProject } from '../project.ts'

export interface BenchModel {
  /** The id that the core gives the file. */
  readonly id: string
  readonly path: string
  /** Whether the targets are set for this one; the others are shown beside it. */
  readonly judged: boolean
}

/** Random weights in the shape of SmolLM2-135M, Q8_0. Written once; the folder is not in the repository. */
async function randomModel(): Promise<BenchModel> {
  const file = inProject('.cache', 'bench', 'random-135m.gguf')
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true })
    const unfinished = `${file}.${process.pid}`
    await writeBenchModel(unfinished, {})
    renameSync(unfinished, file)
  }
  return { id: 'random-135m', path: file, judged: true }
}

/** The models that the benchmarks run on. */
export async function benchModels(): Promise<BenchModel[]> {
  const builtIn = inProject('assets', 'impetus-mini.gguf')
  const random = await randomModel()
  if (!existsSync(builtIn)) return [random]
  return [random, { id: 'impetus-mini', path: builtIn, judged: false }]
}
