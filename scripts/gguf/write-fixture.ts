/** `node scripts/gguf/write-fixture.ts KIND PATH [SEED]`: writes one of the random-weight models to a file. */
import * as fixtures from './fixtures.ts'

const kinds: Readonly<Record<string, (path: string, options: fixtures.FixtureOptions) => Promise<unknown>>> =
  {
    'tiny-llama': fixtures.writeTinyLlama,
    'tiny-llama-f16': (path, options) => fixtures.writeTinyLlama(path, { ...options, type: 'F16' }),
    split: fixtures.writeSplitLlama,
    qwen: fixtures.writeQwenLike,
    gemma: fixtures.writeGemmaLike,
    embedder: fixtures.writeEmbedder,
    reranker: fixtures.writeReranker,
    bench: fixtures.writeBenchModel,
  }

const [kind = '', path, seed] = process.argv.slice(2)
const write = kinds[kind]
if (!write || !path || (seed !== undefined && !/^\d+$/.test(seed))) {
  console.error(
    `usage: node scripts/gguf/write-fixture.ts KIND PATH [SEED]\nkinds: ${Object.keys(kinds).join(', ')}`,
  )
  process.exitCode = 2
} else {
  await write(path, seed === undefined ? {} : { seed: Number(seed) })
}
