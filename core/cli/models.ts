import { listModels } from '../contract/models.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const { data } = await new CoreClient(call.paths()).call(listModels)
  const rows = data.map(model => [
    model.default ? `${model.id} *` : model.id,
    readableBytes(model.size),
    model.quantization ?? '',
    model.context_length === null ? '' : String(model.context_length),
    model.owned_by,
    model.status.reason === null ? model.status.value : `${model.status.value}: ${model.status.reason}`,
  ])
  const text =
    data.length === 0
      ? `There are no models yet. Put a .gguf file into ${call.paths().models}.`
      : `${table([['MODEL', 'SIZE', 'KIND', 'CONTEXT', 'FROM', 'STATE'], ...rows])}\n* answers requests that name no model`
  answer(call, data, text)
}
