/** What a model will take, found out from its file. */
export interface MemoryNeed {
  readonly bytes: number
  /** Of these, buffers for computing, which fill up with the first long prompt and not before. */
  readonly computeBytes: number
}

export interface NeedsParts {
  /** `available`: what the model may take at most; it is planned smaller where it can be. */
  readonly estimate: (modelId: string, available: number, signal: AbortSignal) => Promise<MemoryNeed>
  readonly found: () => void
  readonly failed: (modelId: string, error: unknown) => void
}

interface Entry {
  need: MemoryNeed | undefined
}

/** What models need: estimated before a load, corrected by what was measured after the last one. */
export class Needs {
  readonly #parts: NeedsParts
  readonly #entries = new Map<string, Entry>()
  readonly #corrections = new Map<string, { readonly estimate: number; readonly bytes: number }>()
  readonly #stopped = new AbortController()

  constructor(parts: NeedsParts) {
    this.#parts = parts
  }

  stop(): void {
    this.#stopped.abort(new DOMException('Nobody needs to know any more.', 'AbortError'))
  }

  /** Begins to find out, unless that has been done. */
  ask(modelId: string, available: number): void {
    if (this.#entries.has(modelId)) return
    const entry: Entry = { need: undefined }
    this.#entries.set(modelId, entry)
    this.#parts.estimate(modelId, available, this.#stopped.signal).then(
      need => {
        if (this.#entries.get(modelId) !== entry) return
        entry.need = this.#corrected(modelId, need, available)
        this.#parts.found()
      },
      error => {
        if (this.#entries.get(modelId) !== entry) return
        this.#entries.delete(modelId)
        if (!this.#stopped.signal.aborted) this.#parts.failed(modelId, error)
      },
    )
  }

  /** Undefined until it is known. */
  of(modelId: string): MemoryNeed | undefined {
    return this.#entries.get(modelId)?.need
  }

  /** The next load is estimated anew: the settings and the memory may have changed by then. */
  forget(modelId: string): void {
    this.#entries.delete(modelId)
  }

  /** What a loaded model takes by what was measured; remembered for its next load. */
  measured(modelId: string, need: MemoryNeed, residentBytes: number): number {
    const bytes = correctedNeed(need, residentBytes)
    this.#corrections.set(modelId, { estimate: need.bytes, bytes })
    return bytes
  }

  /** A correction counts for the same plan only. What has fitted before is not refused for what was measured then. */
  #corrected(modelId: string, need: MemoryNeed, available: number): MemoryNeed {
    const known = this.#corrections.get(modelId)
    if (known?.estimate !== need.bytes) return need
    return { ...need, bytes: Math.min(known.bytes, Math.max(available, need.bytes)) }
  }
}

/** What is resident after loading, and the buffers that are not touched yet. An engine that measures nothing says 0. */
function correctedNeed(need: MemoryNeed, residentBytes: number): number {
  return residentBytes > 0 ? residentBytes + need.computeBytes : need.bytes
}
