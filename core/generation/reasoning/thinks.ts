import { readTemplate } from '../templates/detect.ts'

/** Whether a model with this chat template writes down its reasoning apart from its answer. */
export function thinks(template: string | null): boolean {
  if (template === null) return false
  const { syntax, reasoning } = readTemplate(template)
  return reasoning !== undefined || syntax?.kind === 'harmony'
}
