import type { Random } from '../gguf/random.ts'

/** Words to fill slots with. Half of the names are made up, so that copying is learnt and not the list. */
const list = (text: string) => text.trim().split(/\s+/)

const names =
  list(`Anna Ben Clara David Emma Felix Greta Hugo Ida Jonas Karla Leo Maria Nils Olga Paul Rosa Simon Tom Vera Yusuf Zoe Ali Amir Bob Alice
Carol Dave Eve Frank Grace Heidi Ivan Judy Mallory Oscar Peggy Sam Trent Victor Walter Priya Ravi Mei Chen Yuki Hana Omar Layla Noah Liam Olivia Mia Lucas Sofia
Peter Mark Julia Laura Lena Max Tim Nina Oliver Robert Susan Linda James John Mary Kate Jack Harry Lucy Ella Ruby George Arthur Chloe Daniel Eric Fiona Gwen`)
const cities =
  list(`Paris Berlin London Madrid Rome Vienna Oslo Lisbon Tokyo Osaka Seoul Delhi Mumbai Cairo Lagos Nairobi Boston Chicago Denver Austin Seattle Toronto Lima
Bogota Dublin Prague Warsaw Athens Zurich Geneva Milan Munich Hamburg Lyon Nice Bergen Turin Porto Seville Ghent Krakow Riga Tallinn Kyoto Hanoi Perth Sydney Auckland`)
export const nouns =
  list(`invoice ticket report order customer product note task event project file photo song book recipe meeting message contact account booking payment
page post comment user device sensor lamp door room car train flight hotel team issue branch server job email letter table chart map game player score item cart coupon
shipment parcel address document folder contract budget lesson course student teacher patient room timer alarm reminder playlist article image video backup log review`)
export const adjectives = list(
  'new old red blue green black white small large open closed first last daily weekly quick slow bright dark cheap public private active main next',
)
export const things =
  list(`milk bread coffee apples rice cheese soap batteries paper pens eggs butter honey tea pasta lemons flour sugar salt onions carrots tomatoes chairs lamps
bricks nails paint rope boxes shoes socks gloves hats bags cups plates forks keys`)
const verbsFor = list(
  'count total value name index item result user price size list data line text number key node path label width height speed color message entry buffer token',
)

const onsets = list('b br c ch d dr f g gr h j k kl l m n p pr qu r s sh st t th tr v w z')
const vowels = list('a e i o u a e i o ai ea ou')
const codas = ['', '', 'n', 'r', 'l', 's', 'm', 'x', 'nd', 'rt', 'k', 'v']

/** A word that nobody has heard before. */
export function madeUp(random: Random, syllables = 2 + random.below(2)): string {
  let word = ''
  for (let i = 0; i < syllables; i++) word += random.pick(onsets) + random.pick(vowels)
  return word + random.pick(codas)
}

export const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)

export function personName(random: Random): string {
  return random.chance(0.5) ? random.pick(names) : capital(madeUp(random))
}
export function city(random: Random): string {
  return random.chance(0.6) ? random.pick(cities) : capital(madeUp(random))
}
export function identifier(random: Random): string {
  const style = random.below(6)
  const word = () => (random.chance(0.6) ? random.pick(verbsFor) : madeUp(random, 2))
  if (style < 3) return word()
  if (style === 3) return `${word()}_${word()}`
  return word() + capital(word())
}
export function typeName(random: Random): string {
  return capital(random.chance(0.6) ? random.pick(nouns) : madeUp(random, 2))
}
const folders = list(
  'src lib app core tests docs public assets data config scripts pages utils api models views',
)
const endings = list('ts js py swift md json txt csv html css go rs java sh yaml')
export function filePath(random: Random): string {
  const stem = random.chance(0.5) ? random.pick(nouns) : madeUp(random, 2)
  const name = `${stem}.${random.pick(endings)}`
  const depth = random.below(3)
  const parts = Array.from({ length: depth }, () =>
    random.chance(0.7) ? random.pick(folders) : madeUp(random, 1),
  )
  return [...(random.chance(0.15) ? ['.'] : []), ...parts, name].join('/')
}
export function wholeNumber(random: Random): number {
  const digits = 1 + random.below(4)
  return Math.max(1, random.below(10 ** digits))
}
export function amount(random: Random): number {
  return random.chance(0.7) ? wholeNumber(random) : Number((random.below(100_000) / 100).toFixed(2))
}
export function email(random: Random): string {
  return `${personName(random).toLowerCase()}@${random.chance(0.5) ? 'example' : madeUp(random, 2)}.${random.pick(['com', 'org', 'net', 'de', 'io'])}`
}
export function date(random: Random): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `20${two(20 + random.below(15))}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`
}
export function clock(random: Random): string {
  return `${String(random.below(24)).padStart(2, '0')}:${String(5 * random.below(12)).padStart(2, '0')}`
}
export function code(random: Random): string {
  const letters = Array.from(
    { length: 1 + random.below(3) },
    () => 'ABCDEFGHKLMNPRSTX'[random.below(17)],
  ).join('')
  return `${letters}-${10 + random.below(9990)}`
}
/** Two or three plain words, as titles and search texts are. */
export function phrase(random: Random): string {
  const last = random.chance(0.5) ? random.pick(nouns) : random.pick(things)
  const parts = [random.pick(adjectives), ...(random.chance(0.3) ? [madeUp(random, 2)] : []), last]
  return parts.join(' ')
}
