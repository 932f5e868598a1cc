/**
 * `npm run mini-model:evaluate [FILE.gguf] [--quick]`: measures the built-in model and prints what it got wrong, then
 * the scores. Exits 1 when a score is below its target. All answers are greedy.
 */
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { Random } from '../gguf/random.ts'
import { copyingTurn } from './copying.ts'
import { renderChat } from './dialogue.ts'
import { editTurn } from './edits.ts'
import { conversation, guideTurn } from './guide.ts'
import { infill } from './infill.ts'
import { openSpeaker, prompt, type Speaker } from './speaker.ts'
import { extraction } from './structure.ts'
import { type Trial, targets, trials } from './suites.ts'
import { measureTimes, timeTargets } from './times.ts'
import { toolTurn } from './tools.ts'
import { readTopics } from './topics.ts'

const shown = (text: string, length = 160) =>
  (text.length > length ? `${text.slice(0, length)}…` : text).replaceAll('\n', '\\n')

async function judge(speaker: Speaker, trial: Trial): Promise<{ answer: string | null; right: boolean }> {
  const answer = await speaker.say(trial.raw ?? prompt(trial.messages ?? [], trial.tools))
  return { answer, right: answer !== null && trial.right(answer) }
}

/** With a grammar every answer must parse. */
async function withGrammar(speaker: Speaker, count: number): Promise<number> {
  const random = new Random(99, 'grammar')
  let valid = 0
  for (let i = 0; i < count; i++) {
    const { messages, expected } = extraction(random)
    const properties = Object.fromEntries(
      Object.entries(expected).map(([key, value]) => [
        key,
        Array.isArray(value)
          ? { type: 'array' as const, items: { type: 'string' as const } }
          : { type: typeof value as 'string' | 'number' | 'boolean' },
      ]),
    )
    const answer = await speaker.say(prompt(messages.slice(0, -1)), {
      schema: { type: 'object', properties },
    })
    try {
      if (
        answer !== null &&
        Object.keys(JSON.parse(answer) as object).length === Object.keys(expected).length
      )
        valid++
    } catch {
      console.log(`WITH GRAMMAR  not JSON: ${shown(answer ?? '(no end)')}`)
    }
  }
  return valid / count
}

async function perplexities(speaker: Speaker): Promise<[string, number][]> {
  const random = new Random(99, 'perplexity')
  const topics = readTopics()
  const kinds = {
    guide: () => renderChat(guideTurn(topics, random)),
    chat: () => renderChat(conversation(topics, random, 3)),
    tools: () => {
      const { messages, tools } = toolTurn(random)
      return renderChat(messages, tools)
    },
    infill: () => infill(random),
    edits: () => renderChat(editTurn(random)),
    JSON: () => renderChat([...extraction(random).messages]),
    copying: () => renderChat(copyingTurn(random)),
  }
  const table: [string, number][] = []
  for (const [kind, make] of Object.entries(kinds)) {
    let nats = 0
    let tokens = 0
    for (let i = 0; i < 15; i++) {
      const result = await speaker.surprise(
        make()
          .map(segment => segment.text)
          .join(''),
      )
      nats += result.nats
      tokens += result.tokens
    }
    table.push([kind, Math.exp(nats / tokens)])
  }
  return table
}

async function main(path: string, quick: boolean): Promise<boolean> {
  await using speaker = await openSpeaker(path)
  const scores = new Map<string, { right: number; all: number }>()
  for (const [index, trial] of trials(readTopics()).entries()) {
    if (quick && index % 6 !== 0) continue
    const { answer, right } = await judge(speaker, trial)
    const score = scores.get(trial.suite) ?? { right: 0, all: 0 }
    scores.set(trial.suite, { right: score.right + Number(right), all: score.all + 1 })
    if (right) continue
    const asked = trial.raw ?? trial.messages?.at(-1)?.content ?? ''
    console.log(
      `${trial.suite.toUpperCase()}  ${shown(asked)}\n    wanted ${shown(trial.wanted)}\n    said   ${answer === null ? '(no end)' : shown(answer)}`,
    )
  }
  console.log('\nSuite                       right   of    share  target')
  let good = true
  for (const [suite, { right, all }] of scores) {
    const target = targets[suite]
    const share = right / all
    if (target !== undefined && share < target) good = false
    const percent = (value: number) => `${(value * 100).toFixed(0)} %`.padStart(6)
    console.log(
      `${suite.padEnd(26)} ${String(right).padStart(6)} ${String(all).padStart(4)}  ${percent(share)}  ${target === undefined ? '' : percent(target)}`,
    )
  }
  const grammar = await withGrammar(speaker, quick ? 5 : 20)
  if (grammar < 1) good = false
  console.log(`${'JSON with grammar'.padEnd(40)} ${(grammar * 100).toFixed(0)} %   100 %`)
  console.log('\nPerplexity on new texts of each kind, prompts included')
  for (const [kind, value] of await perplexities(speaker))
    console.log(`${kind.padEnd(10)} ${value.toFixed(2)}`)
  if (!quick) await tellTimes(path)
  return good
}

/** Shown beside how busy the machine is, and no reason to fail: another program can make any of them longer. */
async function tellTimes(path: string): Promise<void> {
  const busy = loadavg()[0]!.toFixed(1)
  const { load, firstToken, fromNothing } = await measureTimes(path, 5)
  console.log(`\nMilliseconds, median of 5, one thread (load of the machine: ${busy})`)
  const row = (what: string, value: number, target: number) =>
    console.log(`${what.padEnd(44)} ${value.toFixed(0).padStart(5)}  under ${target}`)
  row('load in a started runner', load, timeTargets.load)
  row('first token', firstToken, timeTargets.firstToken)
  row('first token with no process of the model yet', fromNothing, timeTargets.fromNothing)
}

const options = process.argv.slice(2)
const path =
  options.find(option => !option.startsWith('--')) ??
  join(import.meta.dirname, '../../assets/impetus-mini.gguf')
if (!(await main(path, options.includes('--quick')))) process.exitCode = 1
