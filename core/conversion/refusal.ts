/**
 * A model that is broken, hostile, or of a kind that is not converted. The message says which, as a sentence for a
 * person; it holds nothing of the file but short printable pieces.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** Text out of a file, made harmless for messages. */
export function printable(text: string, longest = 80): string {
  const clean = text.slice(0, longest).replace(/[^\x20-\x7e]/g, '?')
  return text.length > longest ? `${clean}…` : clean
}
