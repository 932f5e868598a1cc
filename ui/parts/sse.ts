/** The `data:` lines of a stream of server-sent events, as they come. Comments and other fields are passed over. */
export async function* dataLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = stream
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader()
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.startsWith('data:')) yield line.slice(5).trim()
    }
  } finally {
    // The reader of this sequence has left: nobody needs the rest of the answer.
    await reader.cancel().catch(() => undefined)
  }
}
