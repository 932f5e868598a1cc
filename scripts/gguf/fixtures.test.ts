/** The fixtures are loaded by llama.cpp itself: nothing else says whether a GGUF is a good one. */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getLlama, type Llama, type LlamaModel, type Token } from 'node-llama-cpp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as fixtures from './fixtures.ts'

let folder: string
let llama: Llama
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'impetus-gguf-'))
  llama = await getLlama({
    build: 'never',
    gpu: false,
    maxThreads: 1,
    progressLogs: false,
    skipDownload: true,
  })
})
afterAll(async () => {
  await llama.dispose()
  await rm(folder, { recursive: true, force: true })
})

async function greedy(model: LlamaModel, text: string, count: number): Promise<Token[]> {
  const context = await model.createContext({ contextSize: 256, sequences: 1, threads: 1 })
  const tokens: Token[] = []
  for await (const token of context.getSequence().evaluate(model.tokenize(text, true), { temperature: 0 })) {
    tokens.push(token)
    if (tokens.length === count) break
  }
  await context.dispose()
  return tokens
}

const decoders: Record<string, (path: string) => Promise<unknown>> = {
  llama: path => fixtures.writeTinyLlama(path),
  'llama in F16': path => fixtures.writeTinyLlama(path, { type: 'F16' }),
  'llama in BF16': path => fixtures.writeTinyLlama(path, { type: 'BF16' }),
  'llama in Q8_0': path => fixtures.writeTinyLlama(path, { type: 'Q8_0' }),
  'Qwen-like': path => fixtures.writeQwenLike(path),
  'Gemma-like': path => fixtures.writeGemmaLike(path),
}

for (const [kind, write] of Object.entries(decoders)) {
  test(`${kind}: loads, answers readable text and does not stop by itself`, async () => {
    const path = at(`${kind}.gguf`)
    await write(path)
    await using model = await llama.loadModel({ modelPath: path, useMmap: false })
    const tokens = await greedy(model, 'the answer to everything', 40)
    expect(tokens).toHaveLength(40)
    expect(model.detokenize(tokens)).toMatch(/^[\x20-\x7e]+$/)
    expect(new Set(tokens).size).toBeGreaterThan(3)
  })
}

test('a model in two parts answers as the whole one does', async () => {
  await fixtures.writeTinyLlama(at('whole.gguf'))
  const parts = await fixtures.writeSplitLlama(at('parts.gguf'))
  expect(parts.map(part => part.slice(folder.length + 1))).toEqual([
    'parts-00001-of-00002.gguf',
    'parts-00002-of-00002.gguf',
  ])
  await using whole = await llama.loadModel({ modelPath: at('whole.gguf') })
  await using split = await llama.loadModel({ modelPath: parts[0]! })
  expect(await greedy(split, 'hello', 20)).toEqual(await greedy(whole, 'hello', 20))
})

test('special and FIM tokens are known to llama.cpp, and any text survives the vocabulary', async () => {
  await fixtures.writeTinyLlama(at('tokens.gguf'), { contextLength: 1234 })
  await using model = await llama.loadModel({ modelPath: at('tokens.gguf') })
  expect(model.trainContextSize).toBe(1234)
  expect(model.tokenize('<|im_start|>', true)).toHaveLength(1)
  expect(model.tokens.eosString).toBe('<|im_end|>')
  expect(model.tokens.infill.prefix).not.toBeNull()
  expect(model.tokens.infill.middle).not.toBeNull()
  expect(model.tokens.infill.suffix).not.toBeNull()
  const text = 'Grüße, 世界! 👋\n\tfn(x) => 42'
  expect(model.detokenize(model.tokenize(text))).toBe(text)
})

test('the embedder tells texts apart and the reranker scores', async () => {
  await fixtures.writeEmbedder(at('embedder.gguf'))
  await using embedder = await llama.loadModel({ modelPath: at('embedder.gguf') })
  const context = await embedder.createEmbeddingContext({ contextSize: 128, threads: 1 })
  const one = await context.getEmbeddingFor('a cat on the mat')
  const other = await context.getEmbeddingFor('quantum field theory')
  expect(one.vector).toHaveLength(64)
  expect(one.calculateCosineSimilarity(one)).toBeCloseTo(1)
  expect(one.calculateCosineSimilarity(other)).toBeLessThan(0.999)

  await fixtures.writeReranker(at('reranker.gguf'))
  await using reranker = await llama.loadModel({ modelPath: at('reranker.gguf') })
  const ranking = await reranker.createRankingContext({ contextSize: 128, threads: 1 })
  const scores = await ranking.rankAll('cat', ['a cat on the mat', 'quantum field theory'])
  expect(scores.every(score => score >= 0 && score <= 1)).toBe(true)
  expect(scores[0]).not.toBe(scores[1])
})

test('the bench model has the size of SmolLM2-135M and loads', async () => {
  await fixtures.writeBenchModel(at('bench.gguf'))
  expect((await stat(at('bench.gguf'))).size).toBeLessThan(150e6)
  await using model = await llama.loadModel({ modelPath: at('bench.gguf') })
  expect(model.fileInfo.metadata.general.architecture).toBe('llama')
  const tokens = await greedy(model, 'hello world', 5)
  expect(tokens).toHaveLength(5)
}, 60_000)

test('the same seed makes the same bytes, another seed others', async () => {
  const hash = async (seed: number) => {
    await fixtures.writeTinyLlama(at('seeded.gguf'), { seed })
    return createHash('sha256')
      .update(await readFile(at('seeded.gguf')))
      .digest('hex')
  }
  const first = await hash(1)
  expect(await hash(1)).toBe(first)
  expect(await hash(2)).not.toBe(first)
})
