import { expect, test } from 'vitest'
import { Random } from '../gguf/random.ts'
import { alternatives, expand, withTypo } from './phrasing.ts'
import { questionsByHand } from './suites.ts'
import { ask, inStyle, parseTopics, readTopics, sentences } from './topics.ts'

const topics = readTopics()

test('there are at least 120 topics, each with its own name, many phrasings and something held out', () => {
  expect(topics.length).toBeGreaterThanOrEqual(120)
  expect(new Set(topics.map(topic => topic.id)).size).toBe(topics.length)
  for (const topic of topics) {
    const random = new Random(1, topic.id)
    const asked = new Set(Array.from({ length: 300 }, () => ask(topic, random).toLowerCase()))
    expect(asked.size, `${topic.id} is asked in too few ways`).toBeGreaterThan(30)
    expect(topic.held.length, topic.id).toBeGreaterThanOrEqual(2)
    expect(topic.answer, topic.id).not.toMatch(/\{\w+\}/)
  }
})

test('no held-out question is among the trained templates', () => {
  const trained = new Set(topics.flatMap(topic => topic.asks.flatMap(({ templates }) => templates)))
  for (const question of topics.flatMap(topic => topic.held)) expect(trained).not.toContain(question)
})

test('sixty questions by hand, each for a known topic', () => {
  expect(questionsByHand(topics)).toHaveLength(60)
})

test('answers in the styles that system prompts ask for', () => {
  const answer = 'Put it into ~/Models. Impetus finds config.yaml by itself. See docs/api.md.'
  expect(sentences(answer)).toHaveLength(3)
  expect(inStyle(answer, 'short')).toBe('Put it into ~/Models.')
  expect(inStyle(answer, 'list')).toBe(
    '- Put it into ~/Models.\n- Impetus finds config.yaml by itself.\n- See docs/api.md.',
  )
})

test('phrasing', () => {
  const random = new Random(3)
  const said = new Set(Array.from({ length: 50 }, () => expand('[get|pull] a [big|] model', random)))
  expect([...said].sort()).toEqual(['get a big model', 'get a model', 'pull a big model', 'pull a model'])
  expect(alternatives('a [b|c] | d')).toEqual(['a [b|c]', 'd'])
  expect(withTypo('a b c', random)).toBe('a b c')
})

test.each([
  ['# x\nq: a\nkey: k', 'needs an answer'],
  ['# x\nq: a\nkey: k\na: other', 'does not contain k'],
  ['# x\nwhy: a', 'cannot read'],
])('a faulty topic is refused: %s', (text, message) => {
  expect(() => parseTopics(text, 'file')).toThrow(message)
})
