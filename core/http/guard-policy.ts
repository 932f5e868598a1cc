import type { Settings } from '../contract/settings.ts'

/** What the guard compares a request with. */
export interface GuardPolicy {
  /** Lower case, with the port as a client sends it. */
  readonly hosts: ReadonlySet<string>
  /** The origins of our own pages. */
  readonly ownOrigins: ReadonlySet<string>
  /** Other origins that may call. */
  readonly origins: ReadonlySet<string>
  readonly originSchemes: readonly string[]
  readonly bodyBytes: number
  readonly headerCount: number
}

/** Where a listener can be reached. */
export interface ListenerFacts {
  readonly scheme: 'http' | 'https'
  readonly port: number
  /** The addresses it is bound to. */
  readonly addresses: readonly string[]
}

/** Editors' views send these; no web page can. */
const editorSchemes = ['vscode-webview://', 'vscode-file://']

/** No client sends near as many; it bounds what a walk over the headers can cost. */
const headerCount = 256

/**
 * The policy for one listener under the settings of now. A configured name without a port is allowed with this
 * listener's port and without any, as behind a proxy on a default port.
 */
export function guardPolicy(listener: ListenerFacts, server: Settings['server']): GuardPolicy {
  const names = new Set(['127.0.0.1', '[::1]', 'localhost'])
  for (const address of listener.addresses) {
    if (!isWildcard(address)) names.add(address.includes(':') ? `[${address}]` : address)
  }
  const hosts = new Set([...names].flatMap(name => withPort(name, listener)))
  for (const entry of server.allowedHosts) {
    const name = entry.toLowerCase()
    hosts.add(name)
    if (!hasPort(name)) hosts.add(`${name}:${listener.port}`)
  }
  return {
    hosts,
    ownOrigins: new Set([...hosts].map(host => `${listener.scheme}://${host}`)),
    origins: new Set(server.allowedOrigins.map(origin => origin.replace(/\/$/, '').toLowerCase())),
    originSchemes: editorSchemes,
    bodyBytes: server.limits.bodyBytes,
    headerCount,
  }
}

/** Browsers leave the scheme's default port out. */
function withPort(name: string, { scheme, port }: ListenerFacts): string[] {
  const isDefault = port === (scheme === 'http' ? 80 : 443)
  return isDefault ? [name, `${name}:${port}`] : [`${name}:${port}`]
}

function hasPort(name: string): boolean {
  return (name.startsWith('[') ? /\]:\d+$/ : /^[^:]+:\d+$/).test(name)
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}
