import type { GenerateRequest, LoadedModel } from '../../core/engine/engine.ts'
import { Random } from '../gguf/random.ts'
import { edit } from '../mini-model/edits.ts'
import type { Bench, Benchmark } from './bench.ts'
import { type Answered, answer, loadForBench } from './engine-model.ts'
import type { Row } from './row.ts'
import { interleave, median } from './statistics.ts'

const tasks = 24
const rounds = 3
const mostTokens = 160

/** Snippets with orders to change them, as the built-in model was taught: most of an answer repeats its prompt. */
function prompts(): GenerateRequest['prompt'][] {
  const random = new Random(11, 'lookup')
  return Array.from({ length: tasks }, () => {
    const { order, before, language } = edit(random)
    const content = `${order}:\n\`\`\`${language}\n${before}\n\`\`\``
    return { kind: 'chat', messages: [{ role: 'user', content }] }
  })
}

/** All tasks, one after the other. */
async function all(model: LoadedModel): Promise<{ answers: Answered[]; rate: number }> {
  const began = performance.now()
  const answers: Answered[] = []
  for (const prompt of prompts()) answers.push(await answer(model, prompt, mostTokens))
  const tokens = answers.reduce((sum, { final }) => sum + final.usage.completionTokens, 0)
  return { answers, rate: (tokens / (performance.now() - began)) * 1000 }
}

async function run({ entry, models, say }: Bench): Promise<readonly Row[]> {
  const model = models.find(({ id }) => id === 'impetus-mini')
  if (model === undefined) throw new Error('There is no built-in model to ask for edits.')
  say(`lookup: ${rounds} rounds of ${tasks} edits on ${model.id}, with guesses and without`)
  const options = { slots: 1, contextLength: 2048 }
  await using guessing = await loadForBench(entry, model, { ...options, speculation: 'lookup' })
  await using plain = await loadForBench(entry, model, { ...options, speculation: 'off' })
  const runs = [() => all(guessing.model), () => all(plain.model)]
  await interleave(1, runs)
  const [a = [], b = []] = await interleave(rounds, runs)
  const guessed = a.flatMap(({ answers }) => answers.flatMap(({ final }) => final.timings.speculation ?? []))
  const sum = (key: 'accepted' | 'drafted' | 'steps') =>
    guessed.reduce((all, each) => all + (each[key] ?? 0), 0)
  const row = (what: string, value: number, unit: string, target?: Row['target']): Row => ({
    benchmark: 'lookup',
    what: `${what} (${model.id})`,
    value,
    unit,
    ...(target && { target }),
    note: `${rounds} pairs of ${tasks} edits`,
  })
  return [
    row('guesses that held, a step that tried some', sum('accepted') / sum('steps'), '', { atLeast: 1.5 }),
    row('of those tried', (sum('accepted') / sum('drafted')) * 100, '%'),
    row(
      'speed, of that without',
      median(a.map(({ rate }, place) => rate / (b[place]?.rate ?? Number.NaN))),
      '×',
      {
        atLeast: 1,
      },
    ),
    row('with guesses', median(a.map(({ rate }) => rate)), 'tokens/s'),
    row('without', median(b.map(({ rate }) => rate)), 'tokens/s'),
  ]
}

export const lookup: Benchmark = {
  name: 'lookup',
  about: 'guesses from what was said before, on edits by the built-in model',
  run,
}
