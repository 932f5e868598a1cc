import { ImpetusError } from '../../contract/errors.ts'

export interface HubReference {
  readonly kind: 'hub'
  /** owner/name */
  readonly repo: string
  /** A branch, tag or commit. */
  readonly revision: string
  /** At most one of the two is given; neither means the best of what there is. */
  readonly quantization: string | null
  readonly path: string | null
}

export interface UrlReference {
  readonly kind: 'url'
  readonly url: URL
}

export type Reference = HubReference | UrlReference

const examples = 'hf:owner/name:Q4_K_M, hf:owner/name/file.gguf, or an https URL of a .gguf file'
const hubHosts = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co'])
/** As the hub allows them; a slash, a dot alone or ".." cannot get into a path by these. */
const ownerPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/
const revisionPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/
const tagPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

/**
 * Reads what a person typed or pasted: `hf:owner/name[@revision][:quantisation]`, `hf:owner/name[@revision]/file.gguf`,
 * the same without `hf:` after the hub's own host, the URL of a page or file on the hub, or any other https URL.
 *
 * @param endpoint where the hub is (HF_ENDPOINT); its URLs are hub references too
 * @throws ImpetusError `invalid_value` for what is none of these, `address_refused` for a URL that may not be fetched
 */
export function parseReference(text: string, endpoint: URL): Reference {
  const trimmed = text.trim()
  const short = /^hf:(?:\/\/)?(.*)$/is.exec(trimmed)
  if (short !== null) return parseShort(short[1] as string)
  const bare = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\/([^/]+\/[^/]+:[^/]+)$/i.exec(trimmed)
  if (bare !== null) return parseShort(bare[1] as string)
  if (/^(?:huggingface\.co|hf\.co)\//i.test(trimmed)) return parseUrl(`https://${trimmed}`, endpoint)
  if (/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) return parseUrl(trimmed, endpoint)
  if (/^[^/\s]+\/[^/\s]+$/.test(trimmed))
    throw bad(`"${cut(trimmed)}" does not say where it is. Write hf:${cut(trimmed)} for a model on the hub.`)
  throw bad(`"${cut(trimmed)}" is not a model that can be fetched. Write ${examples}.`)
}

function parseShort(text: string): HubReference {
  const match = /^([^/]+)\/([^/:@]+)(?:@([^/:]+))?(?::([^/:]*)|\/(.+))?$/s.exec(text)
  if (match === null)
    throw bad(`"hf:${cut(text)}" is not complete. Write hf:owner/name:Q4_K_M or hf:owner/name/file.gguf.`)
  const [, owner = '', name = '', at, quantization, path] = match
  return hubReference(owner, name, at ?? 'main', quantization ?? null, path ?? null)
}

function parseUrl(text: string, endpoint: URL): Reference {
  if (!URL.canParse(text)) throw bad(`"${cut(text)}" is not a URL. Write ${examples}.`)
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.origin !== endpoint.origin)
    throw new ImpetusError(
      'address_refused',
      `${url.protocol} addresses are not fetched. Write an https URL of a .gguf file.`,
      { param: 'reference' },
    )
  if (url.username !== '' || url.password !== '')
    throw new ImpetusError('address_refused', 'The URL has a user name or password in it. Leave them out.', {
      param: 'reference',
    })
  url.hash = ''
  const onHub = hubHosts.has(url.hostname) ? url.pathname : pathBelow(endpoint, url)
  const match =
    onHub === undefined
      ? null
      : /^\/([^/]+)\/([^/]+)(?:\/(resolve|blob|raw|tree)\/([^/]+)(?:\/(.*))?)?\/?$/.exec(onHub)
  if (match !== null) {
    const [, owner = '', name = '', , revision = 'main', path = ''] = match.map(decode)
    if (ownerPattern.test(owner) && ownerPattern.test(name))
      return hubReference(owner, name, revision, null, path === '' ? null : path)
  }
  if (!/\.gguf$/i.test(url.pathname))
    throw bad(`${url.host}${cut(url.pathname)} is not a .gguf file. Write the URL of the file itself.`)
  return { kind: 'url', url }
}

/** The path below the endpoint's own; undefined for a URL of another place. */
function pathBelow(endpoint: URL, url: URL): string | undefined {
  const base = endpoint.pathname.replace(/\/$/, '')
  return url.origin === endpoint.origin && url.pathname.startsWith(`${base}/`)
    ? url.pathname.slice(base.length)
    : undefined
}

function hubReference(
  owner: string,
  name: string,
  revision: string,
  tag: string | null,
  path: string | null,
): HubReference {
  if (!ownerPattern.test(owner) || !ownerPattern.test(name))
    throw bad(`"${cut(`${owner}/${name}`)}" is not the name of a model on the hub. Write owner/name.`)
  if (!revisionPattern.test(revision))
    throw bad(`"${cut(revision)}" is not a revision. Write a branch, a tag or a commit after the "@".`)
  const repo = `${owner}/${name}`
  if (path !== null) {
    if (!/\.gguf$/i.test(path))
      throw bad(`"${cut(path)}" is not a .gguf file. Impetus runs GGUF models only.`)
    return { kind: 'hub', repo, revision, quantization: null, path }
  }
  if (tag === null || tag === '' || tag === 'latest')
    return { kind: 'hub', repo, revision, quantization: null, path: null }
  if (!tagPattern.test(tag))
    throw bad(`"${cut(tag)}" is not a quantisation. Write one such as Q4_K_M or Q8_0.`)
  return { kind: 'hub', repo, revision, quantization: tag.toUpperCase(), path: null }
}

function decode(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part)
  } catch {
    return part
  }
}

function bad(message: string): ImpetusError {
  return new ImpetusError('invalid_value', message, { param: 'reference' })
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** A reference as it may be shown and logged: a URL's query can carry a signature. */
export function shownReference(reference: Reference): string {
  if (reference.kind === 'url') return `${reference.url.origin}${reference.url.pathname}`
  const at = reference.revision === 'main' ? '' : `@${reference.revision}`
  if (reference.path !== null) return `hf:${reference.repo}${at}/${reference.path}`
  return `hf:${reference.repo}${at}${reference.quantization === null ? '' : `:${reference.quantization}`}`
}
