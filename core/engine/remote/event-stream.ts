/** Longest line taken from a server: one that never ends a line must not fill the memory. */
const longestLine = 8 * 1024 * 1024

/** The `data:` values of a stream of server-sent events. @throws for a line that is too long */
export async function* eventData(body: AsyncIterable<Uint8Array> | null): AsyncGenerator<string> {
  if (body === null) return
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r/)
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) throw new Error('it sent a line that does not end')
    for (const line of lines) if (line.startsWith('data:')) yield line.slice('data:'.length).trimStart()
  }
  if (rest.startsWith('data:')) yield rest.slice('data:'.length).trimStart()
}
