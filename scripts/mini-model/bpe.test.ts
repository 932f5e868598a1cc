import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { getLlama } from 'node-llama-cpp'
import { expect, test } from 'vitest'
import { string } from '../../core/conversion/gguf/format.ts'
import { writeGguf } from '../../core/conversion/gguf/write.ts'
import { type Decoder, decoderMetadata, decoderTensors } from '../gguf/decoder.ts'
import { noBos, tokenTypes, vocabularyMetadata } from '../gguf/vocabularies.ts'
import { preTokenize, Tokenizer, trainMerges } from './bpe.ts'

const texts = [
  'the port of the server is the port that the server has',
  'function add(a: number, b: number) {\n    return a + b\n}\n',
  '{"name":"port","arguments":{"path":"src/app.ts"}}',
  "don't they'll we're I'M",
]
const special = ['<|endoftext|>', '<|im_end|>', '<tool_call>']
const tokenizer = new Tokenizer(special, trainMerges([...texts, ...texts], { within: 120, spaced: 10 }))

test('digits stand alone and spaces go with the word behind them', () => {
  expect(preTokenize('port 4673, ok  x')).toEqual(['port', ' ', '4', '6', '7', '3', ',', ' ok', ' ', ' x'])
})

test('the space joins a word last, so that a name is the same tokens everywhere', () => {
  const [space, ...spaced] = tokenizer.encode(' zorkmid')
  expect(tokenizer.tokens[space!]).toBe('Ġ')
  expect(tokenizer.encode('"zorkmid').slice(1)).toEqual(spaced)
  expect(tokenizer.encode(' the')).toHaveLength(1)
})

test('any text survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), text => {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    }),
  )
})

test('llama.cpp cuts texts into the same tokens', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'impetus-bpe-'))
  const path = join(folder, 'words.gguf')
  const decoder: Decoder = {
    architecture: 'llama',
    vocabulary: tokenizer.tokens.length,
    width: 32,
    layers: 1,
    heads: 1,
    kvHeads: 1,
    headWidth: 32,
    inner: 32,
    contextLength: 128,
    ropeBase: 10_000,
    tied: true,
    seed: 1,
    type: 'F32',
    unspeakable: new Set(),
  }
  const types = tokenizer.tokens.map((_, id) =>
    id < special.length ? tokenTypes.control : tokenTypes.normal,
  )
  await writeGguf(
    path,
    {
      'general.architecture': string('llama'),
      ...decoderMetadata(decoder),
      ...vocabularyMetadata(
        'gpt2',
        'smollm',
        { tokens: tokenizer.tokens, types, merges: tokenizer.merges },
        { eos: '<|im_end|>', bos: '<|endoftext|>' },
      ),
      ...noBos,
    },
    decoderTensors(decoder),
  )
  try {
    await using llama = await getLlama({ build: 'never', gpu: false, maxThreads: 1, progressLogs: false })
    const model = await llama.loadModel({ modelPath: path })
    const same = (text: string) => {
      expect(model.tokenize(text, true)).toEqual(tokenizer.encode(text))
    }
    for (const text of [
      ...texts,
      '<tool_call>{"a":1}<|im_end|>\n',
      'Grüße, 世界! 👋\n\t½ ² x',
      'a \n\n  b\r\n',
      '   ',
    ])
      same(text)
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab \n\t19.,"ß_世👋\''), minLength: 1, maxLength: 40 }),
        same,
      ),
      { numRuns: 500 },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
