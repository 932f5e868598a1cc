import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'

const kills = 1000

test(`a writer killed ${kills} times at random moments never loses an acknowledged row`, {
  timeout: 1_800_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'impetus-kill-'))
  const path = join(folder, 'impetus.db')
  const script = `
    import { Database } from ${JSON.stringify(join(import.meta.dirname, 'database.ts'))}
    const log = { debug() {}, info() {}, warn() {}, error(message) { throw new Error(message) }, child: () => log }
    const database = new Database({ path: ${JSON.stringify(path)}, backups: ${JSON.stringify(join(folder, 'backups'))}, log })
    database.start()
    database.migrate('rows', ['CREATE TABLE entry (n INTEGER PRIMARY KEY, run INTEGER NOT NULL) STRICT'])
    const run = Number(process.argv[1])
    for (;;) {
      const { n } = database.transaction(() => {
        database.run('INSERT INTO entry (run) VALUES (?)', run)
        return database.get('SELECT last_insert_rowid() AS n')
      })
      process.stdout.write(n + '\\n')
      if (n % 50 === 0) await database.backUp()
    }`
  let acknowledged = 0
  try {
    for (let run = 0; run < kills; run++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, String(run)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      child.stdout.setEncoding('utf8').on('data', piece => (said += piece))
      await new Promise(resolve => child.stdout.once('data', resolve))
      await sleep(Math.random() * 30)
      child.kill('SIGKILL')
      await new Promise(resolve => child.once('close', resolve))
      // The last line may be cut.
      acknowledged = Math.max(acknowledged, ...said.split('\n').slice(0, -1).map(Number))
    }
    const database = new DatabaseSync(path)
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    expect(
      Number(database.prepare('SELECT count(*) AS n FROM entry WHERE n <= ?').get(acknowledged)?.n),
    ).toBe(acknowledged)
    expect(acknowledged).toBeGreaterThan(kills)
    database.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
