import type { ExitReason } from '../contract/exit-codes.ts'
import { addAlias, deleteModels, listLibrary, type Outcomes, removeAlias } from '../contract/library.ts'
import { exportModel } from '../contract/library-files.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer } from './output.ts'

/** `impetus cp`: a further name. */
export async function run(call: Call): Promise<undefined> {
  const { MODEL: model = '', NAME: alias = '' } = call.values
  const shown = await new CoreClient(call.paths()).call(addAlias, { body: { model, alias } })
  answer(call, shown, `${shown.id} also answers to ${alias.toLowerCase()}.`)
}

export async function remove(call: Call): Promise<ExitReason | undefined> {
  const client = new CoreClient(call.paths())
  const { models } = await client.call(listLibrary)
  const given = new Set(models.flatMap(model => model.ownAliases))
  const outcomes: Outcomes = { done: [], failed: [] }
  const lines: string[] = []
  for (const name of call.rest) {
    if (given.has(name.toLowerCase())) {
      await client.call(removeAlias, { params: { alias: name.toLowerCase() } })
      lines.push(`The name ${name} is taken away; its model stays.`)
      continue
    }
    const body = { models: [name], others: call.switches.has('others'), now: call.switches.has('now') }
    const { done, failed } = await client.call(deleteModels, { body })
    outcomes.done.push(...done)
    outcomes.failed.push(...failed)
    lines.push(
      ...done.map(
        ({ model, trash }) =>
          `${model} is deleted.${trash === null ? '' : ` Back with: impetus trash restore ${trash}`}`,
      ),
    )
    lines.push(
      ...failed.map(
        ({ message, code }) =>
          `${message}${code === 'conflict' && /explicit/.test(message) ? ' (--others)' : ''}`,
      ),
    )
  }
  answer(call, outcomes, lines.join('\n'))
  return outcomes.failed.length === 0 ? undefined : 'failed'
}

export async function exported(call: Call): Promise<undefined> {
  const as = call.switches.has('lm-studio') ? 'lmstudio' : 'modelfile'
  const params = { id: call.values.MODEL ?? '' }
  const made = await new CoreClient(call.paths()).call(exportModel, { params, body: { as } })
  answer(call, made, made.text?.trimEnd() ?? `LM Studio finds it at ${made.paths.join(', ')}.`)
}
