import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../gguf/random.ts'
import { alternatives, asTyped, expand } from './phrasing.ts'
import { amount, capital, city, madeUp, nouns, personName, things } from './words.ts'

const lines = readFileSync(join(import.meta.dirname, 'unknown.txt'), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))

const trained = lines.filter(line => !line.startsWith('held '))
/** Questions outside of Impetus that are only measured. */
export const heldUnknown: readonly string[] = lines
  .filter(line => line.startsWith('held '))
  .map(line => line.slice(5))

const pools = {
  person: alternatives(
    'albert einstein | napoleon | shakespeare | marie curie | mozart | elvis presley | leonardo da vinci | julius caesar | taylor swift | lionel messi | bill gates | steve jobs | cleopatra | gandhi | darwin | newton | picasso | beethoven | queen victoria | plato | the pope | my neighbour | elon musk | donald duck | sherlock holmes | harry potter | marco polo | buddha',
  ),
  place: alternatives(
    'france | germany | spain | japan | china | india | italy | egypt | brazil | canada | peru | kenya | norway | poland | turkey | mexico | australia | europe | africa | the moon | mars | new york | california | texas | london | tokyo | rome | hawaii | iceland | mount everest | the eiffel tower | the amazon | the nile | the alps',
  ),
  event: alternatives(
    'the french revolution | the first world war | the cold war | the moon landing | the ice age | the renaissance | the fall of rome | the stone age | the olympics | the big bang | the gold rush | the black death',
  ),
  thing: alternatives(
    'love | the sea | a dragon | my cat | a dog | the moon | winter | summer | a robot | chocolate | football | music | the rain | a tree | the stars | friendship | a lost key | the ocean | autumn | a horse | bicycle | gold | a rainbow | telephone | the printing press | paper | radio | the pyramids | glass | diamonds | a wizard | my grandmother | penguins | a volcano',
  ),
  food: alternatives(
    'pasta | pizza | an omelette | bread | a chocolate cake | pancakes | rice | soup | lasagne | a curry | scrambled eggs | apple juice | sushi | a salad | cookies | risotto | a steak | potatoes | tiramisu | dumplings',
  ),
  science: alternatives(
    'gravity | a black hole | dna | evolution | an atom | quantum mechanics | inflation | democracy | the theory of relativity | a virus | entropy | the greenhouse effect | capitalism | philosophy | a prime number | the pythagorean theorem | calculus | electricity | magnetism | a comet | an ecosystem | osmosis | socialism | the stock market | a noun | irony | blockchain | a metaphor | protein | vitamin c',
  ),
}

function slot(name: string, random: Random): string {
  switch (name) {
    case 'number':
      return String(amount(random))
    case 'year':
      return String(1400 + random.below(640))
    case 'name':
      return personName(random)
    case 'made':
      return madeUp(random)
    case 'place':
      return random.chance(0.3) ? city(random) : random.pick(pools.place)
    case 'thing':
      return random.chance(0.4)
        ? `${random.pick(['', 'the ', 'my ', ''])}${random.pick([...nouns, ...things])}`
        : random.pick(pools.thing)
    case 'person':
      return random.chance(0.25)
        ? `${personName(random)} ${capital(madeUp(random))}`
        : random.pick(pools.person)
    default:
      return random.pick(pools[name as 'event' | 'food' | 'science'])
  }
}

/** A question that has nothing to do with Impetus. */
export function unknownQuestion(random: Random): string {
  const core = expand(random.pick(trained), random).replace(/\{(\w+)\}/g, (_, name: string) =>
    slot(name, random),
  )
  return asTyped(core, random)
}
