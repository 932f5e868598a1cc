/**
 * Passes a source on, with a sign wherever nothing comes for so long.
 *
 * @param milliseconds of silence before each sign
 */
export async function* withSigns<T, S>(
  source: AsyncIterable<T>,
  milliseconds: number,
  sign: () => S,
): AsyncGenerator<T | S> {
  const items = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = items.next()
      // Whoever stops reading during the silence leaves it behind.
      next.catch(() => undefined)
      let result = await within(next, milliseconds)
      while (result === undefined) {
        yield sign()
        result = await within(next, milliseconds)
      }
      if (result.done) return
      yield result.value
    }
  } finally {
    await items.return?.()
  }
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const { promise: silence, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, milliseconds, undefined)
  try {
    return await Promise.race([promise, silence])
  } finally {
    clearTimeout(timer)
  }
}
