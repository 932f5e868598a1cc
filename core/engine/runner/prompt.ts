import { ImpetusError } from '../../contract/errors.ts'
import type { ChatTemplate } from '../chat-template.ts'
import type { ChatPrompt, Prompt } from '../engine.ts'
import { infillTokens } from './infill.ts'
import type { NativeModel } from './native-model.ts'
import { farTooLong } from './too-long.ts'

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

export interface PromptParts {
  readonly template: ChatTemplate
  readonly model: NativeModel
  readonly contextLength: number
}

/** What editors and agents need: a model trained for less is not made longer by any setting. */
const editorContext = 32_768

/** Tokens that the turn of any template has at least: its beginning, its role, its end. */
const leastTokensOfMessage = 3

/** A prompt's tokens. @throws `template_error`, `invalid_value`, `context_length_exceeded` */
export function promptTokens(prompt: Prompt, parts: PromptParts): Uint32Array {
  const { model, contextLength } = parts
  const tokens = tokensOf(prompt, parts)
  if (tokens.length < contextLength) return tokens
  throw tooLong(prompt, tokens.length, contextLength, model)
}

function tokensOf(prompt: Prompt, { model, template, contextLength }: PromptParts): Uint32Array {
  const tokenize = (text: string, special: boolean) => {
    const about = farTooLong(text, contextLength, part => model.tokenize(part, special).length)
    if (about !== undefined) throw tooLong(prompt, about, contextLength, model)
    return model.tokenize(text, special)
  }
  switch (prompt.kind) {
    case 'chat': {
      const least = prompt.messages.length * leastTokensOfMessage
      if (least > contextLength) throw tooLong(prompt, least, contextLength, model)
      return withBos(tokenize(renderChat(prompt, template, model), true), model)
    }
    case 'text':
      return withBos(tokenize(prompt.text, true), model)
    case 'tokens':
      for (const token of prompt.tokens) model.mustKnow(token)
      return notEmpty(Uint32Array.from(prompt.tokens), model)
    case 'infill':
      return infillTokens(prompt, model, text => tokenize(text, false))
  }
}

function tooLong(prompt: Prompt, tokens: number, contextLength: number, model: NativeModel): ImpetusError {
  const trained = model.addon.getTrainContextSize()
  const help =
    contextLength < trained
      ? `, or load the model with a longer context (up to ${trained})`
      : trained < editorContext
        ? ', or download a model with a context of 32k or more'
        : ''
  return new ImpetusError(
    'context_length_exceeded',
    `The prompt is too long: ${tokens} tokens > ${contextLength - 1} maximum. Shorten it${help}.`,
    { param: prompt.kind === 'chat' ? 'messages' : 'prompt' },
  )
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

function joined(...parts: readonly ArrayLike<number>[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
