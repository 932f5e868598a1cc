import { rm } from 'node:fs/promises'
import { ImpetusError } from '../../contract/errors.ts'
import type { Outcomes } from '../../contract/library.ts'
import type { Bus } from '../../platform/bus.ts'
import type { Clock } from '../../platform/clock.ts'
import type { LogFields } from '../../platform/log.ts'
import type { Residency } from '../../residency/types.ts'
import { aliasFrom } from '../store/aliases.ts'
import type { LibraryRecords } from '../store/records.ts'
import type { InstalledModel, Library } from '../types.ts'
import { belongingsOf, isOwn } from './belongings.ts'
import type { Trash } from './trash.ts'

export type LibraryAuditEvent =
  | 'model.deleted'
  | 'model.restored'
  | 'model.renamed'
  | 'model.labelled'
  | 'model.imported'
  | 'model.exported'
  | 'model.deduplicated'

export interface ManagerParts {
  readonly library: Library
  /** Tells the library that names have changed. */
  readonly renamed: () => void
  readonly residency: Pick<Residency, 'states' | 'unload'>
  readonly records: LibraryRecords
  readonly trash: Trash
  /** Real path of the folder of our own. */
  readonly own: string
  readonly clock: Clock
  readonly bus: Bus
  readonly audit: (event: LibraryAuditEvent, fields: LogFields) => void
}

export interface RemoveOptions {
  /** The explicit word that files of other programs may go. */
  readonly others?: boolean
  /** For good, without the trash. */
  readonly now?: boolean
}

export interface Removed {
  readonly model: string
  /** Where it can be brought back from; null where it cannot, or where nothing was deleted. */
  readonly trash: string | null
}

/** Changes to the library that people ask for. Each leaves a line in the audit log. */
export class LibraryManager {
  readonly #parts: ManagerParts

  constructor(parts: ManagerParts) {
    this.#parts = parts
  }

  /**
   * Deletes a model. One that is used where it is, is only forgotten.
   *
   * @throws ImpetusError `model_not_found`; `conflict` while it is in use, and for files that are not our own without
   *   the explicit word
   */
  async remove(id: string, { others = false, now = false }: RemoveOptions = {}): Promise<Removed> {
    const { library, records, trash, audit, bus } = this.#parts
    const model = await this.#named(id)
    await this.#outOfMemory(model)
    if (model.origin === 'linked') {
      for (const part of model.parts) records.linked.remove(part)
      audit('model.deleted', { model: model.id, origin: model.origin, files: 'kept' })
      await library.rescan()
      return { model: model.id, trash: null }
    }
    this.#mayDelete(model, others)
    const paths = await belongingsOf(model, library.list())
    const forGood = now || trash.isOff
    let place: string | null = null
    if (forGood) for (const path of paths) await rm(path, { force: true })
    else place = await trash.add(model.id, model.bytes, paths)
    audit('model.deleted', {
      model: model.id,
      origin: model.origin,
      files: forGood ? 'removed' : 'in the trash',
    })
    await library.rescan()
    bus.tell('library.changed', { model: model.id, what: 'trash' })
    return { model: model.id, trash: place }
  }

  async restore(trashId: string): Promise<string> {
    const { library, trash, audit, bus } = this.#parts
    const model = await trash.restore(trashId)
    audit('model.restored', { model })
    await library.rescan()
    bus.tell('library.changed', { model, what: 'trash' })
    return model
  }

  async emptyTrash(): Promise<{ models: number; bytes: number }> {
    const { trash, audit, bus } = this.#parts
    const emptied = await trash.empty()
    audit('model.deleted', { files: 'trash emptied', models: emptied.models })
    bus.tell('library.changed', { model: null, what: 'trash' })
    return emptied
  }

  /**
   * Gives a model a further name. Giving it the same name again does nothing.
   *
   * @throws ImpetusError `model_not_found`; `invalid_value` for what cannot be a name; `conflict` where another model has it
   */
  async addAlias(id: string, alias: string): Promise<void> {
    const { library, records, clock, audit, renamed } = this.#parts
    const model = await this.#named(id)
    const name = aliasFrom(alias)
    const holder = library.find(name) ?? library.findForeign(name)
    if (holder !== undefined && holder.id !== model.id)
      throw new ImpetusError('conflict', `The name ${name} belongs to ${holder.id}. Take another one.`, {
        param: 'alias',
      })
    if (holder !== undefined) return
    records.aliases.add(name, model.id, clock.now())
    audit('model.renamed', { model: model.id, alias: name })
    renamed()
  }

  /** @throws ImpetusError `not_found` where nobody gave that name */
  removeAlias(alias: string): void {
    const { records, audit, renamed } = this.#parts
    const name = aliasFrom(alias)
    if (!records.aliases.remove(name))
      throw new ImpetusError('not_found', `Nobody gave a model the name ${name}.`, { param: 'alias' })
    audit('model.renamed', { alias: name, removed: true })
    renamed()
  }

  async label(id: string, labels: { note?: string | null; tags?: readonly string[] }): Promise<void> {
    const { records, audit } = this.#parts
    const model = await this.#idOf(id)
    if (labels.note !== undefined) records.labels.setNote(model, labels.note || null)
    if (labels.tags !== undefined) records.labels.setTags(model, labels.tags)
    audit('model.labelled', { model })
    this.#labelled(model)
  }

  async tag(id: string, add: readonly string[], remove: readonly string[]): Promise<Removed> {
    const model = await this.#idOf(id)
    const kept = this.#parts.records.labels.of(model).tags.filter(tag => !remove.includes(tag))
    await this.label(model, { tags: [...kept, ...add] })
    return { model, trash: null }
  }

  async setCollection(name: string, description: string, models: readonly string[]) {
    const { records, clock, audit } = this.#parts
    const ids = await Promise.all(models.map(id => this.#idOf(id)))
    const made = records.labels.setCollection({ name, description, models: ids }, clock.now())
    audit('model.labelled', { collection: name, models: ids.length })
    this.#labelled(null)
    return made
  }

  removeCollection(name: string): void {
    this.#parts.records.labels.removeCollection(name)
    this.#parts.audit('model.labelled', { collection: name, removed: true })
    this.#labelled(null)
  }

  /** Does something to each of several models; one that cannot be does not keep the others from it. */
  async each(ids: readonly string[], work: (id: string) => Promise<Removed>): Promise<Outcomes> {
    const done: Outcomes['done'] = []
    const failed: Outcomes['failed'] = []
    for (const id of ids) {
      try {
        done.push(await work(id))
      } catch (error) {
        if (!(error instanceof ImpetusError)) throw error
        failed.push({ model: id, code: error.code, message: error.message })
      }
    }
    return { done, failed }
  }

  #labelled(model: string | null): void {
    this.#parts.bus.tell('library.changed', { model, what: 'labels' })
  }

  #named(id: string): Promise<InstalledModel> {
    return this.#parts.library.resolve(id)
  }

  /** Also of a model in another format. */
  async #idOf(id: string): Promise<string> {
    return this.#parts.library.findForeign(id)?.id ?? (await this.#named(id)).id
  }

  /** An idle model is unloaded; one that works or is being loaded is not taken away. */
  async #outOfMemory(model: InstalledModel): Promise<void> {
    const { residency } = this.#parts
    const state = residency.states().find(one => one.id === model.id)
    if (state === undefined || state.state === 'quarantined') return
    if (state.leases > 0 || state.state !== 'loaded')
      throw new ImpetusError('conflict', `${model.id} is in use. Wait for its answers, or unload it first.`)
    await residency.unload(model.id)
  }

  #mayDelete(model: InstalledModel, others: boolean): void {
    const { origin, id } = model
    if (origin === 'built-in') throw new ImpetusError('conflict', `${id} comes with Impetus and stays.`)
    if (origin === 'remote')
      throw new ImpetusError(
        'conflict',
        `${id} is on another server. Delete it there, or take the server out of the settings.`,
      )
    if (isOwn(model, this.#parts.own) || others) return
    throw new ImpetusError(
      'conflict',
      `The files of ${id} are not Impetus’s own (${origin}). Say so explicitly to delete them all the same.`,
    )
  }
}
