import { type DownloadState, downloadState } from '../../contract/downloads.ts'
import type { Database, Row } from '../../platform/database.ts'
import type { PartRecord } from '../transfer/part-file.ts'
import { parseRanges } from '../transfer/ranges.ts'
import type { Memory } from '../transfer/transfer.ts'
import { isSameBoot } from './boot.ts'

/** One file of a job, as it is kept. */
export interface FileRow {
  readonly url: string
  readonly bytes: number
  /** What the hub promises. */
  readonly sha256: string | null
  /** Its name in the models folder, or the one it will have. */
  name: string
  /** `verified`: whole and hashed; `placed`: in the models folder. */
  state: 'waiting' | 'verified' | 'placed'
  /** What it hashed to. */
  hash: string | null
  memory: Memory
  record: PartRecord
}

export interface JobFacts {
  readonly id: string
  /** As shown; a URL without its query. */
  readonly reference: string
  readonly repo: string | null
  readonly revision: string | null
  readonly quantization: string | null
  readonly createdAt: number
}

export interface JobRow extends JobFacts {
  state: DownloadState
  error: { readonly code: string; readonly message: string } | null
  finishedAt: number | null
  readonly files: readonly FileRow[]
}

/** Steps are never changed once released, only added. */
const migrations = [
  `CREATE TABLE downloads (
     id TEXT PRIMARY KEY,
     reference TEXT NOT NULL,
     repo TEXT,
     revision TEXT,
     quantization TEXT,
     state TEXT NOT NULL,
     error_code TEXT,
     error_message TEXT,
     created_at INTEGER NOT NULL,
     finished_at INTEGER,
     place INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE download_files (
     download_id TEXT NOT NULL REFERENCES downloads (id) ON DELETE CASCADE,
     part INTEGER NOT NULL,
     url TEXT NOT NULL,
     bytes INTEGER NOT NULL,
     sha256 TEXT,
     name TEXT NOT NULL,
     state TEXT NOT NULL DEFAULT 'waiting',
     hash TEXT,
     validator TEXT,
     ranged INTEGER NOT NULL DEFAULT 1,
     written TEXT NOT NULL DEFAULT '[]',
     synced TEXT NOT NULL DEFAULT '[]',
     boot TEXT NOT NULL DEFAULT '',
     PRIMARY KEY (download_id, part)
   ) STRICT;`,
]

/** Ended downloads that stay on the list. */
const kept = 200

/** The jobs in the database. Every change is one small write, made before what it tells of goes on. */
export class JobStore {
  readonly #database: Database
  readonly #boot: string

  constructor(database: Database, boot: string) {
    this.#database = database
    this.#boot = boot
  }

  /** Brings the tables up to date and answers the jobs, in the order of the queue. */
  start(): JobRow[] {
    const database = this.#database
    database.migrate('downloads', migrations)
    database.run(
      `DELETE FROM downloads WHERE state IN ('done', 'cancelled') AND id NOT IN
         (SELECT id FROM downloads WHERE state IN ('done', 'cancelled') ORDER BY finished_at DESC LIMIT ?)`,
      kept,
    )
    return database.all('SELECT * FROM downloads ORDER BY place').map(row => this.#job(row))
  }

  add(job: JobRow): void {
    const database = this.#database
    database.transaction(() => {
      database.run(
        `INSERT INTO downloads (id, reference, repo, revision, quantization, state, created_at, place)
         VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(place), 0) + 1 FROM downloads))`,
        job.id,
        job.reference,
        job.repo,
        job.revision,
        job.quantization,
        job.state,
        job.createdAt,
      )
      for (const [part, { url, bytes, sha256, name }] of job.files.entries())
        database.run(
          'INSERT INTO download_files (download_id, part, url, bytes, sha256, name) VALUES (?, ?, ?, ?, ?, ?)',
          job.id,
          part,
          url,
          bytes,
          sha256,
          name,
        )
    })
  }

  saveState({ id, state, error, finishedAt }: JobRow): void {
    this.#database.run(
      'UPDATE downloads SET state = ?, error_code = ?, error_message = ?, finished_at = ? WHERE id = ?',
      state,
      error?.code ?? null,
      error?.message ?? null,
      finishedAt,
      id,
    )
  }

  /** Puts a job at the end of the queue. */
  saveLast(id: string): void {
    this.#database.run('UPDATE downloads SET place = (SELECT max(place) + 1 FROM downloads) WHERE id = ?', id)
  }

  saveFile(id: string, part: number, { name, state, hash, memory }: FileRow): void {
    this.#database.run(
      'UPDATE download_files SET name = ?, state = ?, hash = ?, validator = ?, ranged = ? WHERE download_id = ? AND part = ?',
      name,
      state,
      hash,
      memory.validator,
      memory.ranged ? 1 : 0,
      id,
      part,
    )
  }

  saveRecord(id: string, part: number, { written, synced }: PartRecord): void {
    this.#database.run(
      'UPDATE download_files SET written = ?, synced = ?, boot = ? WHERE download_id = ? AND part = ?',
      JSON.stringify(written),
      JSON.stringify(synced),
      this.#boot,
      id,
      part,
    )
  }

  remove(id: string): void {
    this.#database.run('DELETE FROM downloads WHERE id = ?', id)
  }

  #job(row: Row): JobRow {
    const files = this.#database
      .all('SELECT * FROM download_files WHERE download_id = ? ORDER BY part', row.id as string)
      .map(file => this.#file(file))
    return {
      id: row.id as string,
      reference: row.reference as string,
      repo: row.repo as string | null,
      revision: row.revision as string | null,
      quantization: row.quantization as string | null,
      state: downloadState.parse(row.state),
      error:
        row.error_code === null
          ? null
          : { code: row.error_code as string, message: row.error_message as string },
      createdAt: row.created_at as number,
      finishedAt: row.finished_at as number | null,
      files,
    }
  }

  #file(row: Row): FileRow {
    const bytes = row.bytes as number
    const synced = parseRanges(row.synced as string, bytes)
    const written = isSameBoot(row.boot as string, this.#boot)
      ? parseRanges(row.written as string, bytes)
      : synced
    return {
      url: row.url as string,
      bytes,
      sha256: row.sha256 as string | null,
      name: row.name as string,
      state: row.state as FileRow['state'],
      hash: row.hash as string | null,
      memory: { validator: row.validator as string | null, ranged: row.ranged === 1 },
      record: { written, synced },
    }
  }
}
