/** "Firefox, Linux" out of what a browser says of itself; all of it where nothing is recognised. Pure. */
export function browserName(client: string): string {
  const name = /(Edg|Firefox|Chrome|Safari)[^/]*\/[\d.]+/.exec(client)?.[1]
  const system = /Mac OS X|Windows|Android|Linux|iPhone|iPad/.exec(client)?.[0]
  if (name === undefined) return client.slice(0, 80) || '–'
  const shown = { Edg: 'Edge', 'Mac OS X': 'macOS' } as Readonly<Record<string, string>>
  return [name, system].flatMap(part => (part === undefined ? [] : [shown[part] ?? part])).join(', ')
}
