import type { ImpetusError } from '../../contract/errors.ts'
import type {
  ItemStatus,
  OutputItem,
  OutputPart,
  ResponseLogprobs,
  WireResponse,
} from '../../contract/responses.ts'
import type { TokenLogprob } from '../../engine/engine.ts'
import { wireLikelihood } from '../../generation/likelihood.ts'
import type { AnswerDelta, CallDelta, End } from '../wire.ts'
import { newId, responseUsage } from './wire.ts'

type Unnumbered =
  | {
      readonly type: `response.${'created' | 'in_progress' | 'completed' | 'incomplete' | 'failed'}`
      readonly response: WireResponse
    }
  | {
      readonly type: `response.output_item.${'added' | 'done'}`
      readonly output_index: number
      readonly item: OutputItem
    }
  | ({
      readonly type: `response.content_part.${'added' | 'done'}`
      readonly part: OutputPart
    } & PartPlace)
  | ({
      readonly type: 'response.output_text.delta'
      readonly delta: string
      readonly logprobs: ResponseLogprobs
    } & PartPlace)
  | ({
      readonly type: 'response.output_text.done'
      readonly text: string
      readonly logprobs: ResponseLogprobs
    } & PartPlace)
  | ({ readonly type: 'response.reasoning_text.delta'; readonly delta: string } & PartPlace)
  | ({ readonly type: 'response.reasoning_text.done'; readonly text: string } & PartPlace)
  | ({
      readonly type: 'response.function_call_arguments.delta' | 'response.custom_tool_call_input.delta'
      readonly delta: string
    } & ItemPlace)
  | ({ readonly type: 'response.custom_tool_call_input.done'; readonly input: string } & ItemPlace)
  | ({
      readonly type: 'response.function_call_arguments.done'
      readonly name: string
      readonly arguments: string
    } & ItemPlace)
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly param: string | null }

interface ItemPlace {
  readonly item_id: string
  readonly output_index: number
}
interface PartPlace extends ItemPlace {
  readonly content_index: 0
}

/** One event of a stream. */
export type ResponseEvent = Unnumbered & { readonly sequence_number: number }

/**
 * Makes a response of an answer's deltas, and tells each step as an event. Every item that is begun is ended, and after
 * `finish`, `fail` or `cancel` nothing more comes.
 */
export class ResponseWriter {
  #response: WireResponse
  /** The last item of the output while it is being written. */
  #open: OutputItem | undefined
  #call: number | undefined
  #sequence = 0

  constructor(response: WireResponse) {
    this.#response = response
  }

  get response(): WireResponse {
    return this.#response
  }

  begin(): ResponseEvent[] {
    return [this.#told('response.created'), this.#told('response.in_progress')]
  }

  /** That it is still being worked on: clients count time without an event, and comments are none. */
  sign(): ResponseEvent {
    return this.#told('response.in_progress')
  }

  add(delta: AnswerDelta): ResponseEvent[] {
    switch (delta.type) {
      case 'text':
        return [...this.#turnTo('message'), this.#text(delta.text, delta.logprobs)]
      case 'reasoning':
        return [...this.#turnTo('reasoning'), this.#reasoning(delta.text)]
      case 'toolCall':
        return [...this.#turnToCall(delta), ...this.#arguments(delta.arguments)]
      case 'end':
        return this.#finish(delta)
    }
  }

  /** The answer broke off for this reason. */
  fail({ code, message }: ImpetusError): ResponseEvent[] {
    const closed = this.#close('incomplete')
    this.#end({ status: 'failed', error: { code, message } })
    return [...closed, this.#told('response.failed')]
  }

  /** Somebody stopped it. */
  cancel(): ResponseEvent[] {
    const closed = this.#close('incomplete')
    this.#end({ status: 'cancelled' })
    return [...closed, this.#told('response.incomplete')]
  }

  /** An error that no response can carry. */
  error({ code, message, param }: ImpetusError): ResponseEvent {
    return this.#numbered({ type: 'error', code, message, param: param ?? null })
  }

  #finish(end: End): ResponseEvent[] {
    const cut = end.reason === 'length'
    const closed = this.#close(cut ? 'incomplete' : 'completed')
    this.#end({
      status: cut ? 'incomplete' : 'completed',
      incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
      ...(end.violation && { schema_violation: end.violation }),
      usage: responseUsage(end),
    })
    return [...closed, this.#told(cut ? 'response.incomplete' : 'response.completed')]
  }

  #end(last: Partial<WireResponse>): void {
    const completed_at = last.status === 'completed' ? Math.floor(Date.now() / 1000) : null
    this.#response = { ...this.#response, ...last, completed_at }
  }

  #text(delta: string, logprobs: readonly TokenLogprob[] = []): ResponseEvent {
    const wire = logprobs.map(({ top, ...token }) => ({
      ...wireLikelihood(token),
      top_logprobs: top.map(wireLikelihood),
    }))
    const item = this.#open
    if (item?.type === 'message') {
      const [part] = item.content
      if (part !== undefined) {
        part.text += delta
        part.logprobs.push(...wire)
      }
    }
    return this.#numbered({ type: 'response.output_text.delta', ...this.#part, delta, logprobs: wire })
  }

  #reasoning(delta: string): ResponseEvent {
    const item = this.#open
    if (item?.type === 'reasoning') {
      const [part] = item.content
      if (part !== undefined) part.text += delta
    }
    return this.#numbered({ type: 'response.reasoning_text.delta', ...this.#part, delta })
  }

  #arguments(delta: string): ResponseEvent[] {
    if (delta === '') return []
    const item = this.#open
    if (item?.type === 'function_call') item.arguments += delta
    if (item?.type === 'custom_tool_call') item.input += delta
    const what = item?.type === 'custom_tool_call' ? 'custom_tool_call_input' : 'function_call_arguments'
    return [this.#numbered({ type: `response.${what}.delta` as const, ...this.#place, delta })]
  }

  #turnTo(type: 'message' | 'reasoning'): ResponseEvent[] {
    if (this.#open?.type === type) return []
    const closed = this.#close('completed')
    const status = 'in_progress'
    const item: OutputItem =
      type === 'message'
        ? { type, id: newId('msg'), status, role: 'assistant', content: [] }
        : { type, id: newId('rs'), status, summary: [], content: [], encrypted_content: null }
    const added = this.#begin(item)
    const part = this.#newPart(item)
    return [...closed, added, this.#numbered({ type: 'response.content_part.added', ...this.#part, part })]
  }

  #newPart(item: OutputItem): OutputPart {
    if (item.type === 'message') {
      item.content.push({ type: 'output_text', text: '', annotations: [], logprobs: [] })
      return { type: 'output_text', text: '', annotations: [], logprobs: [] }
    }
    if (item.type === 'reasoning') item.content.push({ type: 'reasoning_text', text: '' })
    return { type: 'reasoning_text', text: '' }
  }

  #turnToCall(delta: CallDelta): ResponseEvent[] {
    if (this.#call === delta.index) return []
    const closed = this.#close('completed')
    this.#call = delta.index
    const id = newId(delta.custom ? 'ctc' : 'fc')
    const { id: call_id = id, name = '' } = delta
    const call = { id, status: 'in_progress' as const, call_id, name }
    const added = this.#begin(
      delta.custom
        ? { type: 'custom_tool_call', ...call, input: '' }
        : { type: 'function_call', ...call, arguments: '' },
    )
    return [...closed, added]
  }

  #begin(item: OutputItem): ResponseEvent {
    this.#open = item
    this.#response = { ...this.#response, output: [...this.#response.output, item] }
    // As it is now: it grows, and a reader keeps what it was told.
    return this.#numbered({
      type: 'response.output_item.added',
      output_index: this.#place.output_index,
      item: structuredClone(item),
    })
  }

  #close(status: ItemStatus): ResponseEvent[] {
    const item = this.#open
    if (item === undefined) return []
    item.status = status
    const last = this.#lastOf(item)
    const done = this.#numbered({
      type: 'response.output_item.done',
      output_index: this.#place.output_index,
      item: structuredClone(item),
    })
    this.#open = undefined
    this.#call = undefined
    return [...last, done]
  }

  #lastOf(item: OutputItem): ResponseEvent[] {
    if (item.type === 'function_call') {
      const { name, arguments: given } = item
      return [
        this.#numbered({
          type: 'response.function_call_arguments.done',
          ...this.#place,
          name,
          arguments: given,
        }),
      ]
    }
    if (item.type === 'custom_tool_call') {
      const { input } = item
      return [this.#numbered({ type: 'response.custom_tool_call_input.done', ...this.#place, input })]
    }
    const [part] = structuredClone(item.content) as OutputPart[]
    if (part === undefined) return []
    const done =
      part.type === 'output_text'
        ? this.#numbered({
            type: 'response.output_text.done',
            ...this.#part,
            text: part.text,
            logprobs: part.logprobs,
          })
        : this.#numbered({ type: 'response.reasoning_text.done', ...this.#part, text: part.text })
    return [done, this.#numbered({ type: 'response.content_part.done', ...this.#part, part })]
  }

  get #place(): ItemPlace {
    return { item_id: this.#open?.id ?? '', output_index: this.#response.output.length - 1 }
  }

  get #part(): PartPlace {
    return { ...this.#place, content_index: 0 }
  }

  #told(type: Extract<Unnumbered, { response: WireResponse }>['type']): ResponseEvent {
    return this.#numbered({ type, response: this.#response })
  }

  #numbered(event: Unnumbered): ResponseEvent {
    return { ...event, sequence_number: this.#sequence++ }
  }
}
