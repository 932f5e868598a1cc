/** How model families mark what they think before they answer. */
export interface ReasoningMarks {
  readonly open: string
  readonly close: string
}

const known: readonly ReasoningMarks[] = [
  { open: '<think>', close: '</think>' },
  { open: '[THINK]', close: '[/THINK]' },
  { open: '<seed:think>', close: '</seed:think>' },
  { open: '<mm:think>', close: '</mm:think>' },
  { open: '<think:opensource>', close: '</think:opensource>' },
  { open: '<|START_THINKING|>', close: '<|END_THINKING|>' },
  { open: '<|channel>thought\n', close: '<channel|>' },
  { open: '<|inner_prefix|>', close: '<|inner_suffix|>' },
  { open: '<thinking>', close: '</thinking>' },
  { open: '<thought>', close: '</thought>' },
  { open: '<reasoning>', close: '</reasoning>' },
  { open: 'Here are my reasoning steps:\n', close: '[BEGIN FINAL RESPONSE]' },
]

/**
 * The marks that a chat template speaks of. Templates write them when they repeat earlier answers, cut them out of
 * those, or end the prompt with them.
 */
export function reasoningMarks(template: string): ReasoningMarks | undefined {
  return known.find(
    ({ open, close }) => template.includes(close.trimEnd()) && template.includes(open.trimEnd()),
  )
}

/** The marks that a prompt ends with, for templates that put theirs together. */
export function marksAtEnd(prompt: string): ReasoningMarks | undefined {
  return known.find(marks => promptEnd(prompt, marks) !== 'free')
}

/** Where a prompt leaves the model: thinking already, told not to, or free to. */
export function promptEnd(prompt: string, marks: ReasoningMarks): 'open' | 'closed' | 'free' {
  const end = prompt.trimEnd()
  if (end.endsWith(marks.open.trimEnd())) return 'open'
  return end.endsWith(marks.close.trimEnd()) ? 'closed' : 'free'
}
