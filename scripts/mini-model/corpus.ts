/**
 * `node scripts/mini-model/corpus.ts DIR [SEED [CATEGORY …]]`: writes the training documents as tokens, and the vocabulary.
 *
 * Each category is three files: NAME.tokens (16 bits a token), NAME.weights (8 bits: percent of the loss), NAME.ends
 * (32 bits: where each document ends). train.py mixes them as recipe.json says.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../gguf/random.ts'
import { type Budget, Tokenizer, trainMerges } from './bpe.ts'
import { copyingTurn } from './copying.ts'
import { type Message, renderChat, type Segment, special } from './dialogue.ts'
import { editTurn } from './edits.ts'
import { conversation, guideStart, guideTurn, unknownTurn } from './guide.ts'
import { infill } from './infill.ts'
import { longConversation, longTools, needle } from './long.ts'
import { nothingToRecall, smallTalk } from './manners.ts'
import { snippet } from './snippets.ts'
import { extraction } from './structure.ts'
import { noToolTurn, type ToolDialogue, toolTurn } from './tools.ts'
import { readTopics } from './topics.ts'

/** Special tokens, first in the vocabulary. Those from `userDefined` on are ordinary text to a reader. */
export const specialTokens: readonly string[] = [
  special.endOfText,
  special.start,
  special.end,
  special.prefix,
  special.suffix,
  special.middle,
  special.call,
  special.callEnd,
  special.tools,
  special.toolsEnd,
]
export const userDefined = 6

const budget: Budget = { within: 1330, spaced: 452 }

type Maker = (random: Random) => Segment[]
const chat =
  (make: (random: Random) => Message[]): Maker =>
  random =>
    renderChat(make(random))
const tooled =
  (make: (random: Random) => ToolDialogue): Maker =>
  random => {
    const { messages, tools } = make(random)
    return renderChat(messages, tools)
  }

/** What the corpus consists of, with the number of documents. */
function categories(): Readonly<Record<string, { readonly count: number; readonly make: Maker }>> {
  const topics = readTopics()
  return {
    starts: { count: 240_000, make: chat(random => guideStart(topics, random)) },
    guide: { count: 40_000, make: chat(random => guideTurn(topics, random)) },
    unknown: { count: 25_000, make: chat(random => unknownTurn(random, 0.7)) },
    manners: {
      count: 3_000,
      make: chat(random => (random.chance(0.8) ? smallTalk(random) : nothingToRecall(random))),
    },
    chat: { count: 25_000, make: chat(random => conversation(topics, random, random.below(4))) },
    tools: { count: 60_000, make: tooled(random => toolTurn(random, { strange: 0.35 })) },
    notools: { count: 12_000, make: tooled(random => noToolTurn(topics, random, 0.7)) },
    infill: { count: 50_000, make: random => infill(random) },
    edits: { count: 25_000, make: chat(editTurn) },
    json: { count: 30_000, make: chat(random => [...extraction(random).messages]) },
    copying: { count: 30_000, make: chat(copyingTurn) },
    code: {
      count: 6_000,
      make: random => [{ text: `${snippet(random).code}${special.endOfText}`, weight: 60 }],
    },
    longchat: { count: 1_500, make: chat(random => longConversation(topics, random)) },
    longtools: { count: 1_500, make: tooled(longTools) },
    needle: { count: 1_500, make: chat(needle) },
  }
}

function write(
  folder: string,
  name: string,
  documents: readonly (readonly Segment[])[],
  tokenizer: Tokenizer,
): number {
  const tokens: number[] = []
  const weights: number[] = []
  const ends: number[] = []
  for (const document of documents) {
    for (const { text, weight } of document) {
      const ids = tokenizer.encode(text)
      for (const id of ids) {
        tokens.push(id)
        weights.push(weight)
      }
    }
    ends.push(tokens.length)
  }
  writeFileSync(join(folder, `${name}.tokens`), Uint16Array.from(tokens))
  writeFileSync(join(folder, `${name}.weights`), Uint8Array.from(weights))
  writeFileSync(join(folder, `${name}.ends`), Uint32Array.from(ends))
  return tokens.length
}

function main(folder: string, seed: number, only: readonly string[]): void {
  mkdirSync(folder, { recursive: true })
  const all = Object.entries(categories())
  const vocabulary = join(folder, 'vocabulary.json')
  // A corpus that is written again for a model in training must keep the words that it has learnt.
  const merges = existsSync(vocabulary) ? readVocabulary(vocabulary) : learnVocabulary(all, seed)
  const tokenizer = new Tokenizer(specialTokens, merges)
  writeFileSync(vocabulary, JSON.stringify({ special: specialTokens, userDefined, merges }))
  for (const [name, { count, make }] of all) {
    if (only.length > 0 && !only.includes(name)) continue
    const random = new Random(seed, name)
    const documents = Array.from({ length: count }, () => make(random))
    const tokens = write(folder, name, documents, tokenizer)
    console.log(`${name}: ${count} documents, ${tokens} tokens, ${Math.round(tokens / count)} each`)
  }
  const names = all.map(([name]) => name)
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ seed, vocabulary: tokenizer.tokens.length, categories: names }),
  )
}

const readVocabulary = (path: string): string[] =>
  (JSON.parse(readFileSync(path, 'utf8')) as { merges: string[] }).merges

function learnVocabulary(all: [string, { count: number; make: Maker }][], seed: number): string[] {
  const sample = new Random(seed, 'vocabulary')
  const texts = all
    .filter(([, { count }]) => count > 2_000)
    .flatMap(([, { make }]) =>
      Array.from({ length: 3_000 }, () =>
        make(sample)
          .map(segment => segment.text)
          .join(''),
      ),
    )
  const marks = new RegExp(specialTokens.map(token => token.replace(/[|/]/g, '\\$&')).join('|'))
  return trainMerges(
    texts.flatMap(text => text.split(marks)),
    budget,
  )
}

if (import.meta.main) {
  const [folder, seed = '4673', ...only] = process.argv.slice(2)
  if (!folder) {
    console.error('usage: node scripts/mini-model/corpus.ts DIR [SEED [CATEGORY …]]')
    process.exitCode = 2
  } else main(folder, Number(seed), only)
}
