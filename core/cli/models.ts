import { type LibraryModel, listLibrary } from '../contract/library.ts'
import { listModels, type WireModel } from '../contract/models.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const client = new CoreClient(call.paths())
  const { data } = await client.call(listModels)
  const library = await client.call(listLibrary)
  const byId = new Map(library.models.map(model => [model.id, model]))
  const rows = data.map(model => [
    model.default ? `${model.id} *` : model.id,
    readableBytes(model.size),
    model.format,
    model.quantization ?? '',
    model.context_length === null ? '' : String(model.context_length),
    place(model, byId.get(model.id)),
    model.status.reason === null ? model.status.value : `${model.status.value}: ${model.status.reason}`,
  ])
  const foreign = library.models.filter(model => model.state === 'foreign')
  const others = foreign.map(model => [
    model.id,
    readableBytes(model.bytes),
    model.format,
    '',
    '',
    model.origin,
    model.reason ?? 'does not run as it is',
  ])
  const heads = ['MODEL', 'SIZE', 'FORMAT', 'KIND', 'CONTEXT', 'FROM', 'STATE']
  const text =
    data.length + foreign.length === 0
      ? `There are no models yet. Put a .gguf file into ${call.paths().models}.`
      : `${table([heads, ...rows, ...others])}\n* answers requests that name no model`
  answer(call, data, text)
}

function place({ owned_by }: WireModel, model: LibraryModel | undefined): string {
  return model?.source == null || model.source === model.id ? owned_by : `${owned_by} (${model.source})`
}
