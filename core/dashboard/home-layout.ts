import {
  type HomeBlock,
  type HomeLayout,
  type HomeLayoutBlock,
  homeBlocks,
  setHomeLayout,
} from '../contract/home-layout.ts'
import type { Bus } from '../platform/bus.ts'
import type { Database } from '../platform/database.ts'

const migrations = [
  'CREATE TABLE home_layout (only INTEGER PRIMARY KEY CHECK (only = 1), blocks TEXT NOT NULL) STRICT',
]

/** Those that are more than a figure are as wide as the screen. */
const wide: ReadonlySet<HomeBlock> = new Set(['endpoint', 'insights', 'models'])

/** Each block once: the given ones in their order, then those that it does not know, as they are by themselves. Pure. */
export function completeLayout(given: readonly HomeLayoutBlock[]): HomeLayoutBlock[] {
  const known = given.filter((one, place) => given.findIndex(({ name }) => name === one.name) === place)
  const missing = homeBlocks.filter(name => !known.some(one => one.name === name))
  return [
    ...known,
    ...missing.map(name => ({ name, size: wide.has(name) ? ('L' as const) : ('S' as const), shown: true })),
  ]
}

/** How the first screen is arranged: one arrangement for every browser, kept in the database. */
export class HomeLayoutStore {
  readonly #database: Database
  readonly #bus: Bus

  constructor(database: Database, bus: Bus) {
    this.#database = database
    this.#bus = bus
  }

  start(): void {
    this.#database.migrate('dashboard', migrations)
  }

  get(): HomeLayout {
    const row = this.#database.get('SELECT blocks FROM home_layout')
    const blocks = row === undefined ? undefined : parsed(String(row.blocks))
    return { blocks: completeLayout(blocks ?? []), isStandard: blocks === undefined }
  }

  set(blocks: readonly HomeLayoutBlock[]): HomeLayout {
    this.#database.run(
      'INSERT OR REPLACE INTO home_layout VALUES (1, ?)',
      JSON.stringify(completeLayout(blocks)),
    )
    return this.#changed()
  }

  reset(): HomeLayout {
    this.#database.run('DELETE FROM home_layout')
    return this.#changed()
  }

  #changed(): HomeLayout {
    const layout = this.get()
    this.#bus.tell('home.changed', layout)
    return layout
  }
}

/** Undefined where a newer Impetus has written blocks that this one does not know. */
function parsed(text: string): HomeLayoutBlock[] | undefined {
  const result = setHomeLayout.request.safeParse({ blocks: JSON.parse(text) })
  return result.success ? result.data.blocks : undefined
}
