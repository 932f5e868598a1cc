import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InvalidModel } from './cursor.ts'
import type { GgufFacts } from './facts.ts'
import {
  type Entry,
  entriesWith,
  fileBytes,
  number,
  string,
  text,
  texts,
  u32,
  u64,
} from './gguf-bytes.testing.ts'
import { readModelFile } from './model-file.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-gguf-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function read(bytes: Uint8Array): GgufFacts {
  const path = join(folder, 'model.gguf')
  writeFileSync(path, bytes)
  return readModelFile(path)
}

/** Why the file is refused; fails the test when it is not, or otherwise than by `InvalidModel`. */
function refusal(bytes: Uint8Array): string {
  try {
    read(bytes)
  } catch (error) {
    if (error instanceof InvalidModel) return error.message
    throw error
  }
  throw new Error('The file was accepted.')
}

describe('G17: what the model says of itself', () => {
  const perBlock = (key: string, values: number[]): Entry => [
    key,
    9,
    Buffer.concat([u32(4), u64(values.length), ...values.map(u32)]),
  ]
  const changed = (entry: Entry) => entriesWith({ [entry[0]]: entry })
  test.each<{ name: string; entries: Entry[]; says: RegExp }>([
    {
      name: 'no architecture',
      entries: entriesWith({ 'general.architecture': null }),
      says: /does not name its architecture/,
    },
    {
      name: 'an architecture that is a number',
      entries: changed(number('general.architecture', 4)),
      says: /should be a text/,
    },
    {
      name: 'an architecture that is an attack',
      entries: changed(string('general.architecture', '../\u0000\u001b[2J')),
      says: /is no architecture's name/,
    },
    {
      name: 'no blocks',
      entries: changed(number('llama.block_count', 0)),
      says: /block_count" should be .* is 0/,
    },
    { name: '10⁶ blocks', entries: changed(number('llama.block_count', 1e6)), says: /is 1000000/ },
    {
      name: '2³²−1 blocks',
      entries: changed(number('llama.block_count', 0xffffffff)),
      says: /is 4294967295/,
    },
    {
      name: 'blocks that are a text',
      entries: changed(string('llama.block_count', 'many')),
      says: /is many/,
    },
    {
      name: 'no block count',
      entries: entriesWith({ 'llama.block_count': null }),
      says: /does not say "llama.block_count"/,
    },
    { name: 'no heads', entries: changed(number('llama.attention.head_count', 0)), says: /must not be 0/ },
    {
      name: 'no head count',
      entries: entriesWith({ 'llama.attention.head_count': null }),
      says: /does not say/,
    },
    {
      name: 'too few head counts',
      entries: changed(perBlock('llama.attention.head_count', [])),
      says: /one number for each of 1 blocks/,
    },
    {
      name: 'no feed-forward width',
      entries: changed(number('llama.feed_forward_length', 0)),
      says: /feed_forward_length/,
    },
    {
      name: 'too many experts',
      entries: changed(number('llama.expert_count', 0xffffffff)),
      says: /expert_count/,
    },
    {
      name: 'more experts used than there are',
      entries: entriesWith({ a: number('llama.expert_count', 4), b: number('llama.expert_used_count', 5) }),
      says: /expert_used_count/,
    },
    { name: 'no embedding', entries: changed(number('llama.embedding_length', 0)), says: /embedding_length/ },
    { name: 'no context', entries: changed(number('llama.context_length', 0)), says: /context_length/ },
    { name: 'no vocabulary', entries: entriesWith({ 'tokenizer.ggml.tokens': null }), says: /no vocabulary/ },
    {
      name: 'an empty vocabulary',
      entries: changed(texts('tokenizer.ggml.tokens', [])),
      says: /no vocabulary/,
    },
    { name: 'a LoRA adapter', entries: changed(string('general.type', 'adapter')), says: /a LoRA adapter/ },
    {
      name: 'an image projector',
      entries: changed(string('general.architecture', 'clip')),
      says: /an image projector/,
    },
    {
      name: 'a template that is a number',
      entries: changed(number('tokenizer.chat_template', 1)),
      says: /should be a text/,
    },
  ])('$name', ({ entries, says }) => {
    expect(refusal(fileBytes({ entries }))).toMatch(says)
  })

  test('a recurrent model needs no heads', () => {
    const entries = entriesWith({
      'llama.attention.head_count': null,
      'llama.attention.head_count_kv': null,
    }).map(
      ([key, type, value]): Entry => [
        key.replace('llama.', 'mamba.'),
        type,
        key === 'general.architecture' ? text('mamba') : value,
      ],
    )
    expect(read(fileBytes({ entries }))).toMatchObject({ architecture: 'mamba', heads: [0], kvHeads: [0] })
  })

  test('blocks may differ', () => {
    const entries = entriesWith({
      'llama.block_count': number('llama.block_count', 3),
      'llama.attention.head_count_kv': perBlock('llama.attention.head_count_kv', [2, 0, 1]),
    })
    expect(read(fileBytes({ entries }))).toMatchObject({ heads: [2, 2, 2], kvHeads: [2, 0, 1] })
  })
})

describe('what a model is good for', () => {
  test.each([
    { architecture: 'llama', pooling: undefined, kind: 'text' },
    { architecture: 'llama', pooling: 0, kind: 'text' },
    { architecture: 'qwen3', pooling: 3, kind: 'embedding' },
    { architecture: 'qwen3', pooling: 4, kind: 'reranking' },
    { architecture: 'bert', pooling: undefined, kind: 'embedding' },
    { architecture: 't5', pooling: undefined, kind: 'other' },
  ])('$architecture with pooling $pooling: $kind', ({ architecture, pooling, kind }) => {
    const entries = entriesWith(
      pooling === undefined ? {} : { pooling: number('llama.pooling_type', pooling) },
    ).map(
      ([key, type, value]): Entry => [
        key.replace('llama.', `${architecture}.`),
        type,
        key === 'general.architecture' ? text(architecture) : value,
      ],
    )
    expect(read(fileBytes({ entries })).kind).toBe(kind)
  })
})
