import { ImpetusError } from '../../contract/errors.ts'
import { chooseGroup } from '../hub/file-groups.ts'
import type { Hub } from '../hub/hub.ts'
import { quantizationOf } from '../hub/quantization.ts'
import { type HubReference, parseReference, shownReference, type UrlReference } from '../hub/reference.ts'
import type { Answer, Client } from '../network/client.ts'
import { safeFileName } from '../transfer/file-name.ts'
import type { FileRow } from './store.ts'

/** What has to be fetched for a reference. */
export interface Plan {
  readonly reference: string
  readonly repo: string | null
  readonly revision: string | null
  readonly quantization: string | null
  readonly files: readonly Pick<FileRow, 'url' | 'bytes' | 'sha256' | 'name'>[]
}

export interface PlanParts {
  readonly endpoint: URL
  readonly hub: Hub
  readonly client: Client
}

/**
 * Finds out what a reference means, before anything is written: its files, their sizes and hashes, and whether they
 * are given to us at all.
 *
 * @throws ImpetusError `invalid_value`, `address_refused`, `redirect_refused`, `unsafe_filename`, `hub_model_not_found`,
 *   `gated_model`, `hub_token_refused`, `hub_unavailable`, `download_failed`
 */
export async function planDownload(
  text: string,
  sha256: string | undefined,
  parts: PlanParts,
  signal: AbortSignal,
): Promise<Plan> {
  const reference = parseReference(text, parts.endpoint)
  if (reference.kind === 'url') return planUrl(reference, sha256?.toLowerCase() ?? null, parts, signal)
  if (sha256 !== undefined)
    throw new ImpetusError(
      'invalid_value',
      'The hub tells the SHA-256 by itself. Leave it out, or give the URL of a file elsewhere.',
      {
        param: 'sha256',
      },
    )
  return planHub(reference, parts, signal)
}

async function planHub(reference: HubReference, { hub }: PlanParts, signal: AbortSignal): Promise<Plan> {
  const { repo } = reference
  // A file that is named outright is refused before anybody is asked.
  if (reference.path !== null) safeFileName(reference.path)
  const { revision, files, gated } = await hub.files(repo, reference.revision, signal)
  const group = chooseGroup(files, reference)
  const planned = group.files.map(({ path, bytes, sha256 }) => {
    const url = hub.fileUrl(repo, revision, path).href
    return { url, bytes, sha256, name: safeFileName(path) }
  })
  if (gated) await hub.checkAccess(new URL(planned[0]?.url as string), repo, signal)
  return {
    reference: shownReference(reference),
    repo,
    revision,
    quantization: group.quantization,
    files: planned,
  }
}

async function planUrl(
  reference: UrlReference,
  sha256: string | null,
  { client }: PlanParts,
  signal: AbortSignal,
): Promise<Plan> {
  const { url } = reference
  const name = safeFileName(decodedName(url))
  const answer = await client.get(url, { signal, headers: { range: 'bytes=0-0' } })
  answer.body.destroy()
  const bytes = sizeOf(answer)
  if (bytes === undefined)
    throw new ImpetusError(
      'download_failed',
      `${url.host} does not say how large the file is. Fetch it with a browser and put it into the models folder.`,
    )
  return {
    reference: shownReference(reference),
    repo: null,
    revision: null,
    quantization: quantizationOf(name),
    files: [{ url: url.href, bytes, sha256, name }],
  }
}

function decodedName(url: URL): string {
  const last = url.pathname.slice(url.pathname.lastIndexOf('/') + 1)
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

function sizeOf(answer: Answer): number | undefined {
  const { status, headers, url } = answer
  if (status !== 200 && status !== 206) throw plainRefusal(answer)
  const total =
    status === 206 ? /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] : headers['content-length']
  // A compressed body's length is not that of the file.
  if (total === undefined || (headers['content-encoding'] ?? 'identity') !== 'identity') return undefined
  const bytes = Number(total)
  if (!Number.isSafeInteger(bytes))
    throw new ImpetusError(
      'download_failed',
      `${url.host} says that the file has ${total} bytes, which cannot be.`,
    )
  return bytes
}

/** What a status means where no hub explains it. */
export function plainRefusal({ status, url }: Answer): ImpetusError {
  const hint =
    status === 404 || status === 410
      ? 'There is no such file; check the address.'
      : status === 401 || status === 403
        ? 'It is not given to everybody; fetch it with a browser and put it into the models folder.'
        : 'Try again later.'
  return new ImpetusError('download_failed', `${url.host} answers with status ${status}. ${hint}`)
}
