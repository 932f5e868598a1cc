import type { z } from 'zod'
import { ImpetusError } from '../../contract/errors.ts'
import type { HubFile, HubModel, HubModelSummary, searchHub } from '../../contract/hub.ts'
import type { Clock } from '../../platform/clock.ts'
import { type Answer, type Client, readJsonBody } from '../network/client.ts'
import { type Capacity, fitOf, recommended, speedOf } from './advice.ts'
import {
  expanded,
  expandedForOne,
  type ModelAnswer,
  modelAnswer,
  modelsAnswer,
  treeAnswer,
} from './answers.ts'
import { type FileGroup, groupFiles, type ListedFile } from './file-groups.ts'
import { hubRefusal } from './refusals.ts'
import type { HubToken } from './token.ts'

export interface HubParts {
  /** https://huggingface.co, or HF_ENDPOINT. */
  readonly endpoint: URL
  readonly client: Client
  readonly token: HubToken
  readonly clock: Clock
  /** What this machine can hold. */
  readonly capacity: () => Promise<Capacity>
}

export type HubQuery = z.output<(typeof searchHub)['query']>

const sorts = {
  trending: 'trendingScore',
  downloads: 'downloads',
  likes: 'likes',
  updated: 'lastModified',
} as const
/** A model's chat template is in these answers: a kilobyte or a hundred. */
const mostAnswerBytes = 32 * 1024 * 1024
const mostTreePages = 20

/** What the hub tells: models found, one model, its files. Nothing is asked unless a person asks. */
export class Hub {
  readonly #parts: HubParts

  constructor(parts: HubParts) {
    this.#parts = parts
  }

  /** @throws ImpetusError `hub_unavailable`, `hub_token_refused` */
  async search(
    query: HubQuery,
    signal: AbortSignal,
  ): Promise<{ models: HubModelSummary[]; next: string | null }> {
    const url = this.#url('api/models')
    const parameters = url.searchParams
    if (query.text) parameters.set('search', query.text)
    if (query.author) parameters.set('author', query.author)
    if (query.format !== 'any') parameters.append('filter', query.format)
    for (const tag of query.tag?.split(',') ?? [])
      if (tag.trim() !== '') parameters.append('filter', tag.trim())
    const size = [
      query.minBillions === undefined ? '' : `min:${query.minBillions}B`,
      query.maxBillions === undefined ? '' : `max:${query.maxBillions}B`,
    ].filter(part => part !== '')
    if (size.length > 0) parameters.set('num_parameters', size.join(','))
    parameters.set('sort', sorts[query.sort])
    parameters.set('limit', String(query.limit))
    if (query.cursor) parameters.set('cursor', query.cursor)
    for (const name of expanded) parameters.append('expand', name)
    const { answer, body } = await this.#ask(url, 'the search', signal)
    const models = parseAnswer(modelsAnswer, body)
    const next = this.#nextPage(answer)?.searchParams.get('cursor') ?? null
    return { models: models.filter(model => withinSize(model, query)).map(summaryOf), next }
  }

  /** @throws ImpetusError `hub_model_not_found`, `gated_model`, `hub_token_refused`, `hub_unavailable` */
  async model(repo: string, signal: AbortSignal): Promise<HubModel> {
    const { model, revision } = await this.#facts(repo, 'main', signal)
    const { groups, refused } = groupFiles(await this.#tree(repo, revision, signal))
    const capacity = await this.#parts.capacity()
    const best = recommended(groups, capacity)
    return {
      ...summaryOf(model),
      revision,
      license: listed(model.cardData?.license)[0] ?? licenseTag(model.tags),
      baseModels: listed(model.cardData?.base_model),
      files: groups.map(group => ({
        ...fileOf(repo, group),
        fit: fitOf(group.bytes, capacity),
        speed: speedOf(group.bytes, capacity),
        recommended: group === best,
      })),
      refusedFiles: refused,
    }
  }

  /**
   * The files of a model at one commit, which cannot change under a transfer.
   *
   * @throws ImpetusError as {@link model}
   */
  async files(
    repo: string,
    revision: string,
    signal: AbortSignal,
  ): Promise<{ revision: string; files: ListedFile[]; gated: boolean }> {
    const facts = await this.#facts(repo, revision, signal)
    return {
      revision: facts.revision,
      files: await this.#tree(repo, facts.revision, signal),
      gated: isGated(facts.model),
    }
  }

  /** Where a file's bytes are. */
  fileUrl(repo: string, revision: string, path: string): URL {
    return this.#url(`${repo}/resolve/${revision}/${path.split('/').map(encodeURIComponent).join('/')}`)
  }

  /**
   * Asks whether a gated file would be given to us: its list is public, its bytes are not. A redirect to the storage
   * is a yes.
   *
   * @throws ImpetusError `gated_model`, `hub_token_refused`, …
   */
  async checkAccess(url: URL, repo: string, signal: AbortSignal): Promise<void> {
    const answer = await this.#parts.client.get(url, { signal, method: 'HEAD', follow: false })
    answer.body.resume()
    if (answer.status >= 400) throw this.refusal(answer, repo)
  }

  refusal(answer: Answer, what: string): ImpetusError {
    const { token, clock, endpoint } = this.#parts
    const { status, headers, url } = answer
    // Only the hub's own words are about accounts; its storage says 403 when a signed address has expired.
    if (url.origin !== endpoint.origin)
      return new ImpetusError(
        'hub_unavailable',
        `${url.host} answers with status ${status}. Try again later.`,
      )
    return hubRefusal({ status, headers, what, hasToken: token.value !== undefined, now: clock.now() })
  }

  async #facts(
    repo: string,
    revision: string,
    signal: AbortSignal,
  ): Promise<{ model: ModelAnswer; revision: string }> {
    const url = this.#url(`api/models/${repo}/revision/${encodeURIComponent(revision)}`)
    for (const name of expandedForOne) url.searchParams.append('expand', name)
    const { body } = await this.#ask(url, repo, signal)
    const model = parseAnswer(modelAnswer, body)
    if (!model.sha)
      throw new ImpetusError(
        'hub_unavailable',
        'The hub does not say which commit it means. Check HF_ENDPOINT.',
      )
    return { model, revision: model.sha }
  }

  async #tree(repo: string, revision: string, signal: AbortSignal): Promise<ListedFile[]> {
    const files: ListedFile[] = []
    let url: URL | undefined = this.#url(`api/models/${repo}/tree/${revision}`)
    url.searchParams.set('recursive', 'true')
    for (let page = 0; url !== undefined && page < mostTreePages; page++) {
      const { answer, body } = await this.#ask(url, repo, signal)
      for (const { type, path, size, lfs } of parseAnswer(treeAnswer, body)) {
        const bytes = lfs?.size ?? size
        if (type === 'file' && bytes !== undefined) files.push({ path, bytes, sha256: lfs?.oid ?? null })
      }
      url = this.#nextPage(answer)
    }
    return files
  }

  async #ask(url: URL, what: string, signal: AbortSignal): Promise<{ answer: Answer; body: unknown }> {
    const answer = await this.#parts.client.get(url, { signal, headers: { accept: 'application/json' } })
    if (answer.status !== 200) {
      answer.body.destroy()
      throw this.refusal(answer, what)
    }
    return { answer, body: await readJsonBody(answer, mostAnswerBytes) }
  }

  /** The next page as the Link header names it, if it is on the hub itself. */
  #nextPage({ headers, url }: Answer): URL | undefined {
    const link = /<([^>]+)>;\s*rel="next"/.exec(String(headers.link ?? ''))?.[1]
    if (link === undefined || !URL.canParse(link, url)) return undefined
    const next = new URL(link, url)
    return next.origin === this.#parts.endpoint.origin ? next : undefined
  }

  #url(path: string): URL {
    const { endpoint } = this.#parts
    return new URL(`${endpoint.pathname.replace(/\/$/, '')}/${path}`, endpoint)
  }
}

function parseAnswer<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new ImpetusError(
    'hub_unavailable',
    'The hub’s answer is not as documented. Check HF_ENDPOINT, or update Impetus.',
    {
      cause: parsed.error,
    },
  )
}

function isGated(model: ModelAnswer): boolean {
  return model.gated !== false
}

function summaryOf(model: ModelAnswer): HubModelSummary {
  return {
    id: model.id,
    downloads: model.downloads,
    likes: model.likes,
    updatedAt: model.lastModified ?? null,
    gated: isGated(model),
    tags: model.tags,
    architecture: model.gguf?.architecture ?? null,
    parameters: model.gguf?.total ?? null,
    contextLength: model.gguf?.context_length ?? null,
  }
}

/** Mirrors that do not know num_parameters answer with every size. */
function withinSize(
  model: ModelAnswer,
  { minBillions = 0, maxBillions = Number.POSITIVE_INFINITY }: HubQuery,
): boolean {
  const total = model.gguf?.total
  return total == null || (total >= minBillions * 1e9 && total <= maxBillions * 1e9)
}

function fileOf(repo: string, group: FileGroup): Omit<HubFile, 'fit' | 'speed' | 'recommended'> {
  const [first] = group.files
  return {
    name: group.path,
    reference: `hf:${repo}/${group.path}`,
    bytes: group.bytes,
    parts: group.files.length,
    quantization: group.quantization,
    projector: group.projector,
    sha256: group.files.length === 1 ? (first?.sha256 ?? null) : null,
  }
}

function listed(value: string | readonly string[] | null | undefined): string[] {
  if (value == null) return []
  return typeof value === 'string' ? [value] : [...value]
}

function licenseTag(tags: readonly string[]): string | null {
  return tags.find(tag => tag.startsWith('license:'))?.slice('license:'.length) ?? null
}
