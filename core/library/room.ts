import { join } from 'node:path'
import type { Inspector } from '../engine/inspector/client.ts'
import type { FileTools } from '../engine/inspector/tools.ts'
import type { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Log, LogFields } from '../platform/log.ts'
import type { Environment } from '../platform/paths.ts'
import type { Residency } from '../residency/types.ts'
import { ForeignFactsCache } from './foreign-facts.ts'
import { Hashing } from './hashing/hashing.ts'
import { Importer } from './imports/importer.ts'
import type { Naming } from './imports/names.ts'
import { Uploads } from './imports/uploads.ts'
import { type LibraryAuditEvent, LibraryManager } from './manage/manager.ts'
import { Trash } from './manage/trash.ts'
import type { LibraryRecords } from './store/records.ts'
import type { ForeignReader, Library } from './types.ts'

export interface LibraryRoomParts {
  readonly library: Library
  readonly renamed: () => void
  readonly records: LibraryRecords
  readonly residency: Pick<Residency, 'states' | 'unload'>
  readonly tools: FileTools
  readonly inspector: Pick<Inspector, 'inspect'>
  readonly naming: Naming
  /** @throws ImpetusError `insufficient_storage` where so many bytes have no room */
  readonly requireSpace: (bytes: number) => Promise<void>
  /** Null where it is not known. */
  readonly lmStudioFolder: string | null
  readonly env: Environment
  /** Absent where nothing here knows other formats. */
  readonly foreignReader: ForeignReader | undefined
  readonly database: Database
  /** Real path of the folder of our own. */
  readonly own: string
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly audit: (event: LibraryAuditEvent, fields: LogFields) => void
  /** Whether the machine has better to do than to hash files. */
  readonly busy: () => boolean
  readonly settings: () => { readonly hash: 'all' | 'duplicates' | 'off'; readonly trashHours: number }
  readonly hashPause?: { readonly start: number; readonly between: number }
}

/** What is done with the models that were found. */
export class LibraryRoom {
  readonly parts: LibraryRoomParts
  readonly trash: Trash
  readonly hashing: Hashing
  readonly manager: LibraryManager
  readonly foreignFacts: ForeignFactsCache
  readonly importer: Importer
  readonly uploads: Uploads

  constructor(parts: LibraryRoomParts) {
    const { library, records, settings, own } = parts
    this.parts = parts
    this.trash = new Trash({ ...parts, folder: join(own, '.trash'), hours: () => settings().trashHours })
    this.hashing = new Hashing({
      ...parts,
      models: () => library.list(),
      hashes: records.hashes,
      mode: () => settings().hash,
      ...(parts.hashPause && { pause: parts.hashPause }),
    })
    this.manager = new LibraryManager({ ...parts, trash: this.trash })
    this.importer = new Importer({ ...parts, linked: records.linked })
    this.uploads = new Uploads({ ...parts, hashes: records.hashes, importer: this.importer })
    this.foreignFacts = new ForeignFactsCache(parts.foreignReader, parts.log)
  }

  async start(): Promise<void> {
    const { records, bus, clock, library } = this.parts
    records.speeds.start(bus, clock, id => library.find(id))
    await this.trash.start()
    await this.importer.start()
    await this.uploads.start()
    this.hashing.start()
  }

  async stop(): Promise<void> {
    this.parts.records.speeds.stop()
    this.trash.stop()
    await this.hashing.stop()
  }
}
