import type { ImpetusError } from '../contract/errors.ts'
import type { Envelope } from '../http/errors.ts'

/** Ollama's error is a text and nothing else. */
export function errorOf(error: ImpetusError): { readonly error: string } {
  return { error: error.message }
}

export const ollamaEnvelope: Envelope = { body: errorOf }
