import { answer, loadForBench } from '../bench/engine-model.ts'
import { buildCore } from '../build/core.ts'

interface Times {
  /** Weights and context, in a runner that is started and has its native code. */
  readonly load: number
  /** From a question to a model in memory to the first token of the answer. */
  readonly firstToken: number
  /** The same when no process of the model runs yet: description, process, native code, weights, first token. */
  readonly fromNothing: number
}

export const timeTargets: Times = { load: 150, firstToken: 50, fromNothing: 700 }

const prompt = {
  kind: 'text',
  text: '<|im_start|>user\nwhere do models live<|im_end|>\n<|im_start|>assistant\n',
} as const

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

/** Milliseconds, each the median of `rounds`, through the engine as the core runs it; one thread. */
export async function measureTimes(path: string, rounds: number): Promise<Times> {
  const { entry } = await buildCore()
  const times: Times[] = []
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    let reading: number | undefined
    const onProgress = () => {
      reading ??= performance.now()
    }
    await using loaded = await loadForBench(
      entry,
      { id: 'impetus-mini', path, judged: false },
      { onProgress },
    )
    const ready = performance.now()
    const first = await answer(loaded.model, prompt, 8)
    const fromNothing = ready - began + first.firstToken
    // A second question, of which nothing is in the model's cache.
    const second = await answer(
      loaded.model,
      { ...prompt, text: prompt.text.replace('where', 'Which folder') },
      8,
    )
    times.push({ load: ready - (reading ?? began), firstToken: second.firstToken, fromNothing })
  }
  const of = (key: keyof Times) => median(times.map(time => time[key]))
  return { load: of('load'), firstToken: of('firstToken'), fromNothing: of('fromNothing') }
}
