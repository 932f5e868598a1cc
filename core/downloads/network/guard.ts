import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { ImpetusError } from '../../contract/errors.ts'

export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** From a host name to its addresses. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

export type IsPublic = (address: string) => boolean

export const systemResolve: Resolve = host => lookup(host, { all: true })

/**
 * The lookup of a connection that may only go to the public internet. It answers the very addresses that the
 * connection then uses, so a name cannot mean one thing when checked and another when used. One address that is not
 * public refuses the name: an honest name has none.
 */
export function guardedLookup(resolve: Resolve, isPublic: IsPublic): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      addresses => {
        const [first] = addresses
        if (first === undefined) {
          callback(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), '', 0)
        } else if (!addresses.every(({ address }) => isPublic(address))) {
          callback(new AddressNotPublic(host), '', 0)
        } else if (options.all === true) {
          callback(null, [...addresses])
        } else {
          callback(null, first.address, first.family)
        }
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

export class AddressNotPublic extends Error {
  constructor(host: string) {
    super(`${host} is not on the public internet`)
  }
}

/** The host as `connect` takes it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/**
 * Whether a URL says by itself that it leads to a private place. The URL parser has already turned 0x7f.1, 2130706433
 * and the like into addresses; names are judged when they are resolved.
 */
export function leadsInside(url: URL, isPublic: IsPublic): boolean {
  const host = hostOf(url)
  return isIP(host) !== 0 && !isPublic(host)
}

/**
 * Where a redirect leads.
 *
 * @param endpoint the configured hub: its own origin is the only one that may be private or without encryption
 * @throws ImpetusError `redirect_refused`
 */
export function nextHop(from: URL, location: string | undefined, endpoint: URL, isPublic: IsPublic): URL {
  if (location === undefined || !URL.canParse(location, from)) throw redirectRefused(from, 'nowhere')
  const to = new URL(location, from)
  if (to.origin === endpoint.origin && to.username === '') return to
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw redirectRefused(from, `a ${to.protocol} address`)
  if (to.protocol === 'http:' && from.protocol === 'https:')
    throw redirectRefused(from, 'an address without encryption')
  if (to.username !== '' || to.password !== '')
    throw redirectRefused(from, 'an address with a user name in it')
  if (leadsInside(to, isPublic)) throw redirectRefused(from, 'an address that is not public')
  return to
}

export function redirectRefused(from: URL, where: string): ImpetusError {
  return new ImpetusError(
    'redirect_refused',
    `${from.host} redirects to ${where}, which is not followed. Fetch the model from another place.`,
  )
}

export function addressRefused(url: URL): ImpetusError {
  return new ImpetusError(
    'address_refused',
    `${url.host} is not on the public internet, so nothing is fetched from it. If it is your own mirror, set HF_ENDPOINT to its address.`,
    { param: 'reference' },
  )
}
