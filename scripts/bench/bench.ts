import type { BenchModel } from './models.ts'
import type { Row } from './row.ts'

/** What a benchmark is given. */
export interface Bench {
  /** The built core's entry file. */
  readonly entry: string
  /** The models to measure with: the random-weight one always first, the built-in one where it is there. */
  readonly models: readonly BenchModel[]
  /** Says on the terminal what is being done. */
  say(text: string): void
}

/** One benchmark. It starts what it needs and leaves nothing running. */
export interface Benchmark {
  readonly name: string
  readonly about: string
  run(bench: Bench): Promise<readonly Row[]>
}

/** The same measurement on every model, one after the other. */
export async function onEachModel(
  bench: Bench,
  measure: (bench: Bench, model: BenchModel) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const model of bench.models) rows.push(...(await measure(bench, model)))
  return rows
}
