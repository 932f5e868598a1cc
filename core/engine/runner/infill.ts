import { ImpetusError } from '../../contract/errors.ts'
import type { InfillPrompt } from '../engine.ts'
import { wholePrefix } from '../infill-text.ts'
import type { NativeModel } from './native-model.ts'

/** What code models were trained with: the repository's name first, then each file behind its name. */
const repositoryMarks = ['<|repo_name|>', '<|fim_repo|>', '<repo_name>', '<reponame>', '<REPO>']
const fileMarks = ['<|file_sep|>', '<|file_separator|>', '<file_sep>']

/** The vocabulary's part of a model that infills. */
export type InfillModel = Pick<NativeModel, 'fim' | 'addsBos' | 'bos' | 'spelling' | 'tokenize'>

/**
 * A gap with the model's own tokens. Other files stand before it as the model was trained to see them, or as text where
 * it has no tokens for them.
 *
 * @param tokenize texts of somebody else's, in which nothing is special
 * @throws `invalid_value` for a model that has no tokens for gaps
 */
export function infillTokens(
  prompt: InfillPrompt,
  model: InfillModel,
  tokenize: (text: string) => ArrayLike<number>,
): Uint32Array {
  const { fim } = model
  if (fim === undefined) throw cannot()
  const extra = prompt.extra ?? []
  const mark = extra.length === 0 ? undefined : named(model, fileMarks)
  const files = mark === undefined ? [] : filesOf(extra, mark, model, tokenize)
  const prefix = mark === undefined ? wholePrefix(prompt) : prompt.prefix
  return Uint32Array.from([
    ...(model.addsBos ? [model.bos] : []),
    ...files,
    fim.prefix,
    ...Array.from(tokenize(prefix)),
    fim.suffix,
    ...Array.from(tokenize(prompt.suffix)),
    fim.middle,
  ])
}

function filesOf(
  extra: NonNullable<InfillPrompt['extra']>,
  mark: number,
  model: InfillModel,
  tokenize: (text: string) => ArrayLike<number>,
): number[] {
  const repository = named(model, repositoryMarks)
  const file = (name: string, text: string) => [mark, ...Array.from(tokenize(`${name}\n${text}`))]
  return [
    ...(repository === undefined ? [] : [repository, ...Array.from(tokenize('project\n'))]),
    ...extra.flatMap(({ name, text }) => file(name, text)),
    // The file with the gap: editors do not tell its name.
    ...file('file', ''),
  ]
}

/** The token of the first of these names that is one. */
function named(model: InfillModel, names: readonly string[]): number | undefined {
  for (const name of names) {
    const [token, ...more] = model.tokenize(name, true)
    if (token !== undefined && more.length === 0 && model.spelling(token) === name) return token
  }
  return undefined
}

function cannot(): ImpetusError {
  return new ImpetusError(
    'invalid_value',
    'This model cannot fill in the middle: it has no tokens for it. Use a code model that has, or leave out the suffix.',
    { param: 'suffix' },
  )
}
