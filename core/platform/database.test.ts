import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Database } from './database.ts'
import type { Log } from './log.ts'

let folder: string
let path: string
let open: Database[]
const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-db-'))
  path = join(folder, 'impetus.db')
  open = []
})
afterEach(() => {
  for (const database of open) database.stop()
  rmSync(folder, { recursive: true, force: true })
})

function start(): Database {
  const database = new Database({ path, backups: join(folder, 'backups'), log })
  open.push(database)
  database.start()
  return database
}

const steps = ['CREATE TABLE note (text TEXT NOT NULL) STRICT', "INSERT INTO note VALUES ('from step 2')"]

test('migrations run once, in order, and keep what is there', () => {
  const first = start()
  expect(first.origin).toBe('created')
  first.migrate('notes', steps.slice(0, 1))
  first.run('INSERT INTO note VALUES (?)', 'mine')
  first.stop()
  const second = start()
  expect(second.origin).toBe('opened')
  second.migrate('notes', steps)
  second.migrate('notes', steps)
  expect(second.all('SELECT text FROM note').map(row => row.text)).toEqual(['mine', 'from step 2'])
  expect(readdirSync(join(folder, 'backups'))).toHaveLength(1)
})

test('a step that fails changes nothing', () => {
  const database = start()
  expect(() => database.migrate('notes', [...steps, 'NONSENSE'])).toThrow()
  expect(database.all("SELECT name FROM sqlite_schema WHERE name = 'note'")).toEqual([])
  database.migrate('notes', steps)
})

test('a newer schema is refused plainly', () => {
  start().migrate('notes', steps)
  expect(() => start().migrate('notes', steps.slice(0, 1))).toThrow(/newer Impetus/)
})

test('a transaction is all or nothing', () => {
  const database = start()
  database.migrate('notes', steps)
  expect(() =>
    database.transaction(() => {
      database.run("INSERT INTO note VALUES ('half')")
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(database.all('SELECT * FROM note')).toHaveLength(1)
})

test('another program holding the file is a plain 503', () => {
  const database = start()
  database.migrate('notes', steps)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  expect(() => database.run("INSERT INTO note VALUES ('x')")).toThrow(
    expect.objectContaining({ code: 'database_busy', status: 503 }),
  )
  other.exec('ROLLBACK')
  other.close()
  expect(database.run("INSERT INTO note VALUES ('x')")).toBe(1)
})

test('a full database is a plain 507 and leaves nothing half-written', () => {
  const database = start()
  database.migrate('notes', steps)
  const pages = Number(database.get('PRAGMA page_count')?.page_count)
  database.get(`PRAGMA max_page_count = ${pages}`)
  expect(() => database.run('INSERT INTO note VALUES (?)', 'x'.repeat(100_000))).toThrow(
    expect.objectContaining({ code: 'insufficient_storage', status: 507 }),
  )
  database.get('PRAGMA max_page_count = 1000000')
  expect(database.all('SELECT * FROM note')).toHaveLength(1)
})

describe('damage', () => {
  async function prepare(): Promise<void> {
    const database = start()
    database.migrate('notes', steps)
    for (let n = 0; n < 2000; n++) database.run('INSERT INTO note VALUES (?)', `note ${n} ${'x'.repeat(50)}`)
    await database.backUp()
    database.stop()
  }

  test.each<[string, () => void]>([
    ['empty', () => truncateSync(path, 0)],
    [
      'random bytes',
      () => writeFileSync(path, Buffer.from(Array.from({ length: 9000 }, (_, n) => (n * 7919) % 251))),
    ],
    ['cut in the middle', () => truncateSync(path, 40_000)],
    [
      'flipped page',
      () => {
        const bytes = readFileSync(path)
        bytes.fill(0xa5, 8192, 12_288)
        writeFileSync(path, bytes)
      },
    ],
  ])('%s: moved aside and restored from the backup', async (_name, harm) => {
    await prepare()
    harm()
    const database = start()
    expect(database.origin).toBe('restored')
    database.migrate('notes', steps)
    expect(database.all('SELECT * FROM note')).toHaveLength(2001)
    expect(readdirSync(folder).filter(name => name.includes('.damaged-'))).not.toEqual([])
  })

  test('a damaged backup is passed over; without any the database is fresh, and says so', async () => {
    await prepare()
    const backups = join(folder, 'backups')
    for (const name of readdirSync(backups)) writeFileSync(join(backups, name), 'no database')
    truncateSync(path, 100)
    expect(start().origin).toBe('fresh')
  })

  test('a deleted write-ahead log leaves a sound database with all that was backed up', async () => {
    await prepare()
    const database = start()
    database.run("INSERT INTO note VALUES ('in the log only')")
    const alone = join(folder, 'alone.db')
    copyFileSync(path, alone)
    database.stop()
    path = alone
    const copy = start()
    expect(copy.origin).toBe('opened')
    expect(copy.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' })
    expect(copy.all('SELECT * FROM note')).toHaveLength(2001)
  })
})

test('at most five backups are kept, the newest ones', async () => {
  const database = start()
  database.migrate('notes', steps)
  for (let n = 0; n < 8; n++) {
    database.run('INSERT INTO note VALUES (?)', `n${n}`)
    await database.backUp()
  }
  const names = readdirSync(join(folder, 'backups')).sort()
  expect(names).toHaveLength(5)
  const newest = new DatabaseSync(join(folder, 'backups', names.at(-1) ?? ''))
  expect(newest.prepare('SELECT count(*) AS n FROM note').get()).toEqual({ n: 9 })
  newest.close()
})

test('a backup is made beside the event loop, and takes in what is written meanwhile', async () => {
  const database = start()
  database.migrate('notes', steps)
  const note = 'x'.repeat(1000)
  database.transaction(() => {
    for (let n = 0; n < 20_000; n++) database.run('INSERT INTO note VALUES (?)', note)
  })
  let turns = 0
  const beat = setInterval(() => turns++, 1)
  const done = database.backUp()
  database.run("INSERT INTO note VALUES ('meanwhile')")
  await done
  clearInterval(beat)
  expect(turns).toBeGreaterThan(0)
  const [newest = ''] = readdirSync(join(folder, 'backups')).sort().reverse()
  const copy = new DatabaseSync(join(folder, 'backups', newest))
  expect(copy.prepare("SELECT count(*) AS n FROM note WHERE text = 'meanwhile'").get()).toEqual({ n: 1 })
  copy.close()
})

test('a process killed at any moment leaves every acknowledged row', () => {
  start().migrate('notes', steps)
  const script = `
    import { Database } from ${JSON.stringify(join(import.meta.dirname, 'database.ts'))}
    const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
    const database = new Database({ path: ${JSON.stringify(path)}, backups: ${JSON.stringify(join(folder, 'backups'))}, log })
    database.start()
    for (let n = 0; ; n++) {
      database.run('INSERT INTO note VALUES (?)', 'row ' + n)
      process.stdout.write(n + '\\n')
      if (n === 50) process.kill(process.pid, 'SIGKILL')
    }`
  let output = ''
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    output = (error as { stdout: string }).stdout
  }
  const acknowledged = output.trim().split('\n').length
  expect(acknowledged).toBeGreaterThan(40)
  const database = start()
  expect(database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' })
  expect(database.all("SELECT * FROM note WHERE text LIKE 'row %'").length).toBeGreaterThanOrEqual(
    acknowledged,
  )
  expect(existsSync(`${path}-wal`)).toBe(true)
})
