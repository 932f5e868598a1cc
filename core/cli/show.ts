import { getLibraryModel, type LibraryDetail, listTensors } from '../contract/library.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const client = new CoreClient(call.paths())
  const params = { id: call.values.MODEL ?? '' }
  const model = await client.call(getLibraryModel, { params })
  const { tensors } = call.switches.has('tensors')
    ? await client.call(listTensors, { params })
    : { tensors: undefined }
  const text = table(rowsOf(model))
  const list =
    tensors === undefined
      ? ''
      : `\n\n${table([['TENSOR', 'TYPE', 'SHAPE', 'SIZE'], ...tensors.map(one => [one.name, one.type, one.sizes.join(' × '), readableBytes(one.bytes)])])}`
  answer(call, tensors === undefined ? model : { ...model, tensors }, `${text}${list}`)
}

function rowsOf(model: LibraryDetail): string[][] {
  const { facts, ollama, conversion } = model
  const abilities = [
    facts?.hasChatTemplate && 'chat',
    facts?.supportsTools && 'tools',
    facts?.supportsInfill && 'infill',
    facts?.kind === 'embedding' && 'embedding',
    facts?.kind === 'reranking' && 'reranking',
  ].filter(word => typeof word === 'string')
  const rows: [string, string | null | undefined][] = [
    ['model', model.id],
    ['names', model.aliases.join(', ')],
    ['state', model.reason === null ? model.state : `${model.state}: ${model.reason}`],
    ['about', model.description],
    ['from', model.source === null ? model.origin : `${model.origin} (${model.source})`],
    ['file', model.files.map(file => file.path).join('\n')],
    ['size', `${readableBytes(model.bytes)}${model.parts > 1 ? `, ${model.parts} parts` : ''}`],
    ['format', model.format],
    ['architecture', facts?.architecture],
    ['parameters', facts == null ? null : facts.parameters.toLocaleString('en')],
    ['quantisation', facts?.quantization],
    ['context', facts == null ? null : `${facts.contextLength} tokens, as trained`],
    ['vocabulary', facts == null ? null : `${facts.vocabularySize} tokens`],
    ['abilities', abilities.join(', ')],
    ['licence', facts?.license],
    ['template', facts?.templateError == null ? null : `does not work: ${facts.templateError}`],
    [
      'SHA-256',
      model.format === 'gguf' ? model.files.map(file => file.sha256 ?? 'not computed yet').join('\n') : null,
    ],
    ['checked', model.verification === null ? null : verdict(model.verification)],
    ['in Ollama', ollama?.names.join(', ')],
    ['conversion', conversion == null ? null : conversion.possible ? 'possible' : conversion.reason],
    ['note', model.note],
    ['tags', model.tags.join(', ')],
    ['collections', model.collections.join(', ')],
    ['memory', model.memory.state],
  ]
  return rows.flatMap(([name, value]) =>
    value == null || value === ''
      ? []
      : value.split('\n').map((line, index) => [index === 0 ? name : '', line]),
  )
}

/** What a verification came to, in words. */
export function verdict({ state, comparedWith, reason }: NonNullable<LibraryDetail['verification']>): string {
  const words = {
    waiting: 'waiting for its turn',
    running: 'being read',
    matches: `whole: its SHA-256 is the one ${said(comparedWith)}`,
    differs: `DAMAGED OR CHANGED: its SHA-256 is not the one ${said(comparedWith)}`,
    computed: 'read whole; there is nothing to compare its SHA-256 with',
    failed: `not read: ${reason}`,
  }
  return words[state]
}

function said(by: string | null): string {
  const words: Record<string, string> = {
    hub: 'that the hub names',
    huggingface: 'in its name in Hugging Face’s cache',
    ollama: 'in its name among Ollama’s files',
    import: 'that was given when it came',
    earlier: 'that it had before',
  }
  return words[by ?? ''] ?? 'announced'
}
