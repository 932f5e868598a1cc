import { ImpetusError } from '../../contract/errors.ts'
import type { ChatTemplate } from '../chat-template.ts'
import type { ChatPrompt, Prompt } from '../engine.ts'
import type { NativeModel } from './native-model.ts'

/** The chat's text for this model. @throws `template_error` */
export function renderChat(chat: ChatPrompt, template: ChatTemplate, model: NativeModel): string {
  try {
    return template.render(chat, { bos: model.spelling(model.bos), eos: model.spelling(model.eos) })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ImpetusError('template_error', `The model's chat template refuses these messages: ${reason}`, {
      param: 'messages',
      cause: error,
    })
  }
}

/** A prompt's tokens. @throws `template_error`, `invalid_value` */
export function promptTokens(prompt: Prompt, template: ChatTemplate, model: NativeModel): Uint32Array {
  switch (prompt.kind) {
    case 'chat':
      return withBos(model.tokenize(renderChat(prompt, template, model), true), model)
    case 'text':
      return withBos(model.tokenize(prompt.text, true), model)
    case 'tokens':
      for (const token of prompt.tokens) model.mustKnow(token)
      return notEmpty(Uint32Array.from(prompt.tokens), model)
    case 'infill':
      return infill(prompt.prefix, prompt.suffix, model)
  }
}

/** Some templates write the beginning-of-sequence token themselves: it is never there twice. */
function withBos(tokens: Uint32Array, model: NativeModel): Uint32Array {
  if (!model.addsBos || tokens[0] === model.bos) return notEmpty(tokens, model)
  return joined([model.bos], tokens)
}

/** An empty prompt asks for anything at all, which a model begins from its first token. */
function notEmpty(tokens: Uint32Array, model: NativeModel): Uint32Array {
  if (tokens.length > 0) return tokens
  const first = model.bos >= 0 ? model.bos : model.eos
  if (first < 0)
    throw new ImpetusError('invalid_value', 'This model cannot begin from an empty prompt: send some text.', {
      param: 'prompt',
    })
  return Uint32Array.of(first)
}

function infill(prefix: string, suffix: string, model: NativeModel): Uint32Array {
  const { fim } = model
  if (fim === undefined) {
    throw new ImpetusError(
      'invalid_value',
      'This model cannot fill in the middle: it has no tokens for it. Use a code model that has, or leave out the suffix.',
      {
        param: 'suffix',
      },
    )
  }
  const parts = joined(
    [fim.prefix],
    model.tokenize(prefix, false),
    [fim.suffix],
    model.tokenize(suffix, false),
    [fim.middle],
  )
  return model.addsBos ? joined([model.bos], parts) : parts
}

function joined(...parts: readonly ArrayLike<number>[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
