import { randomInt } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** An id for a tool call, as OpenAI's look: `call_` and 24 random letters and digits. */
export function newCallId(): string {
  return `call_${Array.from({ length: 24 }, () => alphabet[randomInt(alphabet.length)]).join('')}`
}
