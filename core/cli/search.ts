import { getHubModel, type HubFile, type HubModelSummary, searchHub } from '../contract/hub.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes, table } from './output.ts'

/** The hub may take its time. */
const patience = 60_000

export async function run(call: Call): Promise<undefined> {
  const client = new CoreClient(call.paths())
  const text = call.rest.join(' ')
  const named = /^(?:hf:)?([^/\s]+)\/([^/\s]+)$/.exec(text)
  if (named !== null) {
    const [, owner = '', name = ''] = named
    const model = await client.call(getHubModel, { params: { owner, name }, patience })
    const gated = model.gated ? '\nGated: accept its licence on the hub, then "impetus hub login".' : ''
    const head = `${model.id}, ${model.license ?? 'no licence named'}${size(model)}${gated}`
    const files = model.files.filter(file => !file.projector)
    answer(
      call,
      model,
      files.length === 0 ? `${head}\nIt has no GGUF files.` : `${head}\n${fileTable(files)}`,
    )
    return
  }
  const found = await client.call(searchHub, { query: queryOf(call, text), patience })
  const rows = found.models.map(model => [
    model.gated ? `${model.id} (gated)` : model.id,
    model.parameters === null ? '' : weights(model.parameters),
    model.architecture ?? '',
    String(model.downloads),
    String(model.likes),
  ])
  const words =
    found.models.length === 0
      ? 'Nothing was found. Try fewer words.'
      : `${table([['MODEL', 'WEIGHTS', 'KIND', 'DOWNLOADS', 'LIKES'], ...rows])}\n"impetus search OWNER/NAME" shows the files of one.`
  answer(call, found.models, words)
}

const queryNames = {
  author: 'author',
  tag: 'tag',
  format: 'format',
  min: 'minBillions',
  max: 'maxBillions',
  sort: 'sort',
  limit: 'limit',
} as const

function queryOf({ options }: Call, text: string): Record<string, string> {
  const query: Record<string, string> = text === '' ? {} : { text }
  for (const [option, name] of Object.entries(queryNames)) {
    const value = options[option]
    if (value !== undefined) query[name] = value
  }
  return query
}

function fileTable(files: readonly HubFile[]): string {
  const rows = files.map(file => [
    file.quantization ?? '',
    readableBytes(file.bytes),
    file.parts === 1 ? '' : `${file.parts} parts`,
    fits[file.fit],
    `${file.speed.tokensPerSecond}`,
    file.recommended ? `${file.reference} *` : file.reference,
  ])
  const heads = ['KIND', 'SIZE', '', 'FITS', 'TOKENS/S', 'FETCH WITH: impetus pull']
  const measured = files.some(file => file.speed.measured)
  const speeds = measured ? 'by what your models have shown' : 'by the speed of its memory'
  return `${table([heads, ...rows])}\n* recommended for this machine; tokens a second as expected ${speeds}`
}

const fits = { fits: 'yes', tight: 'hardly', 'too-large': 'no' } as const

function size({ parameters, architecture, contextLength }: HubModelSummary): string {
  return [
    parameters === null ? '' : `, ${weights(parameters)} weights`,
    architecture === null ? '' : `, ${architecture}`,
    contextLength === null ? '' : `, ${contextLength} tokens of context`,
  ].join('')
}

/** Weights as models are named by them: 7.6B, 494M. */
function weights(count: number): string {
  return count >= 1e9 ? `${(count / 1e9).toPrecision(2)}B` : `${Math.round(count / 1e6)}M`
}
