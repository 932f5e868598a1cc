import { expect, test } from 'vitest'
import { en } from './en.ts'
import {
  type Catalogue,
  type Key,
  type Language,
  languages,
  loadCatalogue,
  type Message,
  preferredLanguage,
} from './languages.ts'
import { Words } from './words.tsx'

const keys = Object.keys(en) as Key[]
const others = Object.keys(languages).filter(language => language !== 'en') as Language[]
/** Words that are the same in another language. */
const same: Readonly<Record<string, readonly Key[]>> = {
  de: ['chat', 'browser'],
  es: [],
  fr: [],
  ja: [],
  zh: [],
}

function forms(message: Message): string[] {
  return typeof message === 'string' ? [message] : Object.values(message)
}

function places(message: Message): string[] {
  return [...new Set(forms(message).flatMap(text => text.match(/\{\w+\}/g) ?? []))].sort()
}

test.each(others)('%s: every text is there and is a translation', async language => {
  const catalogue: Catalogue = await loadCatalogue(language)
  expect(Object.keys(catalogue)).toEqual(keys)
  const untranslated = keys.filter(key => forms(catalogue[key]).some(text => forms(en[key]).includes(text)))
  expect(untranslated).toEqual(same[language])
})

test.each(others)('%s: every text fills in what the English one does', async language => {
  const catalogue = await loadCatalogue(language)
  const wrong = keys.filter(key => places(catalogue[key]).join() !== places(en[key]).join())
  expect(wrong).toEqual([])
})

test.each([
  ['en', 1, '1 token'],
  ['en', 1234, '1,234 tokens'],
  ['de', 1, '1 Token'],
  ['de', 1234, '1.234 Tokens'],
  ['fr', 0, '0 jeton'],
  ['ja', 1, '1 トークン'],
] as const)('%s: %i is counted as its people do', async (language, count, text) => {
  expect(new Words(language, await loadCatalogue(language)).say('tokens', { count })).toBe(text)
})

test.each([
  [['de-AT', 'en'], 'de'],
  [['pt-BR', 'fr'], 'fr'],
  [['pt'], 'en'],
  [[], 'en'],
] as const)('of %j the first known is taken', (wanted, language) => {
  expect(preferredLanguage(wanted)).toBe(language)
})

test('what is not known is a dash', () => {
  const words = new Words('en', en)
  expect([words.number(undefined), words.bytes(null), words.duration(null), words.time(null)]).toEqual([
    '–',
    '–',
    '–',
    '–',
  ])
})
