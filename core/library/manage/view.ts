import type { LibraryDetail, LibraryModel } from '../../contract/library.ts'
import type { ModelState } from '../../residency/types.ts'
import { missingParts } from '../facts.ts'
import type { Hashing } from '../hashing/hashing.ts'
import type { LibraryRecords } from '../store/records.ts'
import type { FactsState, ForeignFacts, ForeignFile, InstalledModel, ModelFacts } from '../types.ts'
import { isOwn } from './belongings.ts'

export interface ViewParts {
  readonly records: LibraryRecords
  readonly hashing: Hashing
  readonly own: string
  readonly states: () => readonly ModelState[]
}

/** A model as lists show it. */
export function shownModel(model: InstalledModel, state: FactsState, parts: ViewParts): LibraryModel {
  const { records, hashing, own, states } = parts
  const missing = missingParts(model)
  const known = state.state === 'known' ? state.facts : undefined
  const inMemory = states().find(one => one.id === model.id)
  const hashes = model.format === 'gguf' ? hashing.sha256(model) : []
  return {
    id: model.id,
    aliases: [...model.aliases],
    ownAliases: model.aliases.filter(alias => records.aliases.all.has(alias)),
    format: model.format,
    state:
      missing !== undefined
        ? 'incomplete'
        : state.state === 'invalid'
          ? 'invalid'
          : known === undefined
            ? 'unread'
            : 'ready',
    reason: missing ?? (state.state === 'invalid' ? state.reason : null),
    origin: model.origin,
    source: model.source ?? null,
    own: isOwn(model, own),
    bytes: model.bytes,
    parts: model.partsExpected,
    modifiedAt: Math.round(model.modifiedAt),
    description: model.description,
    facts: known === undefined ? null : shownFacts(known, model),
    sha256: hashes.length === 1 ? (hashes[0] ?? null) : null,
    verification: hashing.verification(model),
    ...labels(model.id, records),
    memory: { state: inMemory?.state ?? 'unloaded', requests: inMemory?.leases ?? 0 },
    tokensPerSecond: rounded(records.speeds.get(model)),
  }
}

/** A model in another format; what it is, is known once somebody has looked into it. */
export function shownForeign(
  file: ForeignFile,
  description: ForeignFacts | undefined,
  records: LibraryRecords,
): LibraryModel {
  return {
    id: file.id,
    aliases: [],
    ownAliases: [],
    format: description?.format ?? 'unknown',
    state: 'foreign',
    reason: foreignReason(description),
    origin: file.origin,
    source: null,
    own: false,
    bytes: description?.bytes ?? file.bytes,
    parts: 1,
    modifiedAt: Math.round(file.modifiedAt),
    description: [description?.architecture, description?.dtype].filter(Boolean).join(', ') || null,
    facts: null,
    sha256: null,
    verification: null,
    ...labels(file.id, records),
    memory: { state: 'unloaded', requests: 0 },
    tokensPerSecond: null,
  }
}

function rounded(speed: number | undefined): number | null {
  return speed === undefined ? null : Math.round(speed * 10) / 10
}

function foreignReason(description: ForeignFacts | undefined): string {
  if (description === undefined) return 'It is in a format that does not run as it is.'
  const { conversion } = description
  return conversion.possible
    ? 'It does not run as it is. "impetus convert" makes a GGUF file of it.'
    : `It does not run here: ${conversion.reason}`
}

function labels(id: string, records: LibraryRecords): Pick<LibraryModel, 'note' | 'tags' | 'collections'> {
  const { note, tags } = records.labels.of(id)
  const collections = records.labels.collections().filter(one => one.models.includes(id))
  return { note, tags: [...tags], collections: collections.map(one => one.name) }
}

function shownFacts(facts: ModelFacts, { ollama }: InstalledModel): NonNullable<LibraryModel['facts']> {
  return {
    name: facts.name,
    architecture: facts.architecture,
    parameters: facts.parameters,
    quantization: facts.quantization,
    contextLength: facts.trainedContextLength,
    vocabularySize: facts.vocabularySize,
    kind: facts.kind,
    license: facts.license ?? ollama?.license?.split('\n')[0]?.trim().slice(0, 100) ?? null,
    tensors: facts.tensors ?? 0,
    hasChatTemplate: facts.hasChatTemplate,
    templateError: facts.templateError,
    supportsTools: facts.supportsTools,
    supportsInfill: facts.supportsInfill,
  }
}

/** One model in full. */
export function detailOf(model: InstalledModel, state: FactsState, parts: ViewParts): LibraryDetail {
  const hashes = model.format === 'gguf' ? parts.hashing.sha256(model) : []
  const { ollama } = model
  return {
    ...shownModel(model, state, parts),
    files: model.parts.map((path, index) => ({ path, sha256: hashes[index] ?? null })),
    chatTemplate: state.state === 'known' ? state.facts.chatTemplate : null,
    ollama:
      ollama === undefined
        ? null
        : {
            names: [...ollama.names],
            template: ollama.template,
            system: ollama.system,
            license: ollama.license,
            contextLength: ollama.contextLength,
            stop: [...ollama.stop],
          },
    conversion: null,
  }
}

export function foreignDetailOf(
  file: ForeignFile,
  description: ForeignFacts | undefined,
  records: LibraryRecords,
): LibraryDetail {
  return {
    ...shownForeign(file, description, records),
    files: [{ path: file.path, sha256: null }],
    chatTemplate: null,
    ollama: null,
    conversion: description === undefined ? null : shownConversion(description.conversion),
  }
}

function shownConversion(conversion: ForeignFacts['conversion']): LibraryDetail['conversion'] {
  if (!conversion.possible) return { possible: false, reason: conversion.reason, notes: [], bytes: {} }
  return { possible: true, reason: null, notes: [...conversion.notes], bytes: { ...conversion.bytes } }
}
