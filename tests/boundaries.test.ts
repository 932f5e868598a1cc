import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { roomsBlock } from '../scripts/docs/rooms.ts'
import { type Import, importsOf } from './boundaries/imports.ts'
import { confined, type Room, rooms, roots, testFiles } from './boundaries/rooms.ts'

const root = path.dirname(import.meta.dirname)
const longest = 350

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

function list(pattern: string): string[] {
  return globSync(pattern, { cwd: root }).map(file => file.split(path.sep).join('/'))
}

interface Source {
  readonly file: string
  readonly imports: readonly (Import & { readonly target: string })[]
}

/** `target`: the file in the repository, or the package's name. */
function load(file: string): Source {
  const imports = importsOf(read(file)).map(found => ({ ...found, target: targetOf(found.specifier, file) }))
  return { file, imports }
}

function targetOf(specifier: string, from: string): string {
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(from), specifier)
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string)
}

/** `core/http/sse.ts` → `http`; undefined for files that lie in no room. */
function roomOf(file: string): string | undefined {
  return /^core\/([^/]+)\//.exec(file)?.[1]
}

function isRoot(file: string): boolean {
  return roots.some(place => file.startsWith(place))
}

const sources = list('core/**/*.ts')
  .filter(file => !testFiles.test(file))
  .sort()
  .map(load)

/** Why a room may not import this; undefined when it may. */
function refusal(
  room: Room,
  file: string,
  { target, typeOnly }: Source['imports'][number],
): string | undefined {
  if (target.startsWith('node:')) return undefined
  const limit = confined.find(entry => entry.package === target)
  if (limit) return file.startsWith(limit.folder) ? undefined : `only ${limit.folder}: ${limit.because}`
  if (!target.includes('.ts')) {
    if (room.packages.includes(target)) return undefined
    return typeOnly && room.types === 'all' ? undefined : `${room.name} may not use the package ${target}`
  }
  const other = roomOf(target)
  if (other === undefined) return `${room.name} may not import files outside of the rooms`
  if (other === room.name || room.values.includes(other)) return undefined
  if (!typeOnly) return `${room.name} may not use values of ${other}`
  return room.types === 'all' ? undefined : `${room.name} may not use types of ${other}`
}

test('every file imports only what its room may', () => {
  const refused = sources.flatMap(({ file, imports }) => {
    const room = rooms.find(({ name }) => name === roomOf(file))
    if (!room) return []
    return imports.flatMap(found => {
      const reason = refusal(room, file, found)
      return reason === undefined ? [] : [`${file} imports ${found.specifier}: ${reason}`]
    })
  })
  expect(refused).toEqual([])
})

test('every file of core/ lies in a room of the table or is one of its roots', () => {
  const known = new Set(rooms.map(({ name }) => name))
  const files = sources.map(({ file }) => file)
  expect(files.filter(file => !isRoot(file) && !known.has(roomOf(file) ?? ''))).toEqual([])
})

test('no room may use a package that it does not use', () => {
  const unused = rooms.flatMap(({ name, packages }) => {
    const used = new Set(
      sources
        .filter(({ file }) => roomOf(file) === name)
        .flatMap(({ imports }) => imports.map(({ target }) => target)),
    )
    return packages.filter(wanted => !used.has(wanted)).map(wanted => `${name}: ${wanted}`)
  })
  expect(unused).toEqual([])
})

test('every room of the table and every root is there', () => {
  const places = [...rooms.map(({ name }) => `core/${name}/`), ...roots]
  expect(places.filter(place => !sources.some(({ file }) => file.startsWith(place)))).toEqual([])
})

test('no file imports itself through others', () => {
  const values = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports.filter(found => !found.typeOnly).map(({ target }) => target),
    ]),
  )
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file)) return
    done.add(file)
    for (const next of values.get(file) ?? []) visit(next, [...path, file])
  }
  for (const { file } of sources) visit(file, [])
  expect(circles).toEqual([])
})

test(`no file is longer than ${longest} lines`, () => {
  const long = ['core', 'scripts', 'tests', 'ui']
    .flatMap(folder => list(`${folder}/**/*.{ts,tsx,mjs}`))
    .map(file => ({ file, lines: read(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > longest)
  expect(long).toEqual([])
})

test('docs/architecture.md shows the same table', () => {
  expect(read('docs/architecture.md')).toContain(roomsBlock())
})
