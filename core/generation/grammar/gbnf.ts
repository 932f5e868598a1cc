import { ImpetusError } from '../../contract/errors.ts'

/** What a grammar of somebody else's may have at most: llama.cpp reads it by recursion and writes repetitions out. */
const most = { characters: 100_000, depth: 100, rules: 5000, times: 2000, repeated: 200_000 }

/**
 * Checks a grammar that a client wrote before llama.cpp sees it: bounded in every way that costs stack or memory. Whether
 * it is one at all llama.cpp tells.
 *
 * @throws `invalid_value` for `param`
 */
export function checkGbnf(text: string, param: string): void {
  const refuse = (what: string) =>
    new ImpetusError('invalid_value', `"${param}" ${what}. Send a smaller grammar.`, { param })
  if (text.length > most.characters) throw refuse(`has more than ${most.characters} characters`)
  let depth = 0
  let rules = 0
  let repeated = 0
  /** What a repetition would write out: a text by its characters, all else by its name. */
  let before = 0
  for (let at = 0; at < text.length; ) {
    const character = text[at] as string
    const end = endOf(text, at)
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === ':' && end - at === 3) rules++
    if (character === '{') {
      const times = Math.max(
        ...text
          .slice(at + 1, end - 1)
          .split(',')
          .map(Number),
      )
      if (times > most.times) throw refuse(`repeats something more than ${most.times} times`)
      repeated += times * before
    }
    if (depth > most.depth) throw refuse(`has more than ${most.depth} brackets in one another`)
    if (rules > most.rules) throw refuse(`has more than ${most.rules} rules`)
    if (repeated > most.repeated) throw refuse('repeats too much')
    if (character.trim() !== '') before = character === '"' ? end - at : 1
    at = end
  }
}

/** Behind the text, class, comment, repetition or character that begins at `at`. */
function endOf(text: string, at: number): number {
  switch (text[at]) {
    case '"':
      return behind(text, at, '"')
    case '[':
      return behind(text, at, ']')
    case '{':
      return behind(text, at, '}')
    case '#':
      return behind(text, at, '\n')
    case ':':
      return text.startsWith('::=', at) ? at + 3 : at + 1
    default:
      return at + 1
  }
}

function behind(text: string, at: number, closing: string): number {
  let end = at + 1
  while (end < text.length && text[end] !== closing) end += text[end] === '\\' ? 2 : 1
  return end + 1
}
