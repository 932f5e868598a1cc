/** Characters tokenised at a time: some 60 ms on one core. */
const segment = 64 * 1024
/** A prompt with fewer characters for each token of context is simply tokenised: it takes a fraction of a second. */
const usualCharacters = 8

/**
 * Tells prompts that are far too long by reading only their beginning. Tokenising takes about a second a megabyte
 * and keeps every other stream waiting meanwhile, so the 32 MB that may be sent are not tokenised to be refused.
 *
 * @returns about how many tokens the text has when that is certainly more than fits; undefined when it may fit
 */
export function farTooLong(
  text: string,
  contextLength: number,
  count: (part: string) => number,
): number | undefined {
  if (text.length <= contextLength * usualCharacters) return undefined
  let tokens = 0
  for (let at = 0; at < text.length; at += segment) {
    tokens += count(text.slice(at, at + segment))
    // Cutting words in two makes a few tokens more, never twice as many.
    if (tokens > contextLength * 2)
      return Math.round((tokens / Math.min(at + segment, text.length)) * text.length)
  }
  return undefined
}
