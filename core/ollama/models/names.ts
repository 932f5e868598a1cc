const latest = ':latest'

/** Ollama writes the tag always, and some clients compare whole names. */
export function taggedName(name: string): string {
  return name.includes(':') ? name : `${name}${latest}`
}

/** A name as it is kept: the tag that says nothing is left out. */
export function plainName(name: string): string {
  const plain = name.trim().toLowerCase()
  return plain.endsWith(latest) ? plain.slice(0, -latest.length) : plain
}
