import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from '../core/contract/errors.ts'
import { settingsSchema } from '../core/contract/settings.ts'
import { fill } from '../scripts/docs/blocks.ts'
import { settingFacts } from '../scripts/docs/settings.ts'
import { codeBlocks, inlineCode, links, slugs } from './docs/markdown.ts'
import { shellCommands, wrongWords } from './docs/shell.ts'

const root = path.dirname(import.meta.dirname)
const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).map(file => ({
  file,
  text: readFileSync(path.join(root, file), 'utf8'),
}))

test.each(documents)('$file: its tables are made from the code as it is', async ({ text }) => {
  // Mend with "npm run docs".
  expect(await fill(text)).toBe(text)
})

test.each(documents)('$file: its links lead somewhere', ({ file, text }) => {
  const broken = links(text).filter(link => {
    const [place = '', anchor] = link.split('#')
    const target = place === '' ? path.join(root, file) : path.join(root, path.dirname(file), place)
    if (!existsSync(target)) return true
    return anchor !== undefined && !slugs(readFileSync(target, 'utf8')).includes(anchor)
  })
  expect(broken).toEqual([])
})

test.each(documents)('$file: its commands exist, with their flags', ({ text }) => {
  const shell = codeBlocks(text)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
  const commands = [...shell, ...inlineCode(text)].flatMap(shellCommands)
  expect(commands.flatMap(wrongWords)).toEqual([])
})

test.each(documents)('$file: the error codes it explains exist, with their statuses', ({ text }) => {
  const named = [...text.matchAll(/\b([45]\d\d) `([a-z]+_[a-z_]+)`/g)]
  const wrong = named.filter(([, status, code]) => {
    const known = Object.entries(errorCodes).find(([name]) => name === code)
    return String(known?.[1].status) !== status
  })
  expect(wrong.map(([words]) => words)).toEqual([])
})

test.each(documents)('$file: the settings it names exist', ({ text }) => {
  const keys = settingFacts().map(({ key }) => key)
  const sections = new Set(keys.map(key => key.split('.')[0]))
  const named = inlineCode(text).filter(
    word => /^[a-z]+(\.[a-zA-Z]+)+$/.test(word) && sections.has(word.split('.')[0]),
  )
  const files = /\.(ts|md|json|gguf|sock|db)$/
  const unknown = named.filter(
    word => !files.test(word) && !keys.some(key => key === word || key.startsWith(`${word}.`)),
  )
  expect(unknown).toEqual([])
})

test('the examples of settings.json are good settings', () => {
  const examples = documents
    .flatMap(({ text }) => codeBlocks(text))
    .filter(({ words }) => words.includes('settings'))
  expect(examples.length).toBeGreaterThan(0)
  const known = new Set(settingFacts().map(({ key }) => key))
  for (const { code } of examples) {
    const value: unknown = JSON.parse(code)
    expect(leaves(value).filter(key => !known.has(key))).toEqual([])
    const parsed = settingsSchema.safeParse(value)
    expect(parsed.error?.issues ?? []).toEqual([])
  }
})

/** `{a: {b: 1}}` → `['a.b']` */
function leaves(value: unknown, key = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [key]
  return Object.entries(value).flatMap(([name, part]) => leaves(part, key === '' ? name : `${key}.${name}`))
}

test('nothing in the repository speaks of how it was made', () => {
  // Written so that this file does not contain what it looks for.
  const words = [
    '/w[o]rk/',
    '/f[a]rm/',
    '/\\.libr[a]ry\\b',
    '\\bissue #?[0-9]+\\b',
    '\\bagent sessio[n]\\b',
    'w[o]rkplace',
    '/tmp/pl[a]n',
  ]
  const folders = '{core,ui,MacTray,scripts,tests,docs,assets,.ci,.github}/**/*'
  const texts = globSync([folders, '*'], { cwd: root }).filter(
    file =>
      (/\.(ts|tsx|mjs|js|md|jsonc?|swift|sh|yml|svg|html|css|py|txt)$/.test(file) || file === '.ci/run') &&
      file !== 'package-lock.json',
  )
  const found = texts.filter(file =>
    new RegExp(words.join('|'), 'i').test(readFileSync(path.join(root, file), 'utf8')),
  )
  expect(texts.length).toBeGreaterThan(100)
  expect(found).toEqual([])
})
