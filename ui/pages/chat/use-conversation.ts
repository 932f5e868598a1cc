import { useCallback, useEffect, useReducer, useRef } from 'react'
import type { ChatChunk } from '../../../core/contract/chat.ts'
import type { Api } from '../../api.ts'
import { conversation, type Figures, messagesOf, type Step, type Turn } from './conversation.ts'

export interface Wishes {
  readonly model: string
  readonly system: string
  readonly temperature: number | null
  readonly maxTokens: number | null
}

/** Conversations of screens that were left, for as long as the page is open. */
const kept = new WeakMap<Api, readonly Turn[]>()

/** An answer ends with the screen that shows it; what was written of it stays. */
function found(api: Api): readonly Turn[] {
  return (kept.get(api) ?? []).map(turn =>
    turn.state === 'waiting' || turn.state === 'writing' ? { ...turn, state: 'stopped' } : turn,
  )
}

/** A conversation and the answer that is being written. */
export function useConversation(api: Api) {
  const [turns, dispatch] = useReducer(conversation, api, found)
  const running = useRef<{ readonly abort: AbortController; readonly id: number }>(undefined)
  const nextId = useRef((turns.at(-1)?.id ?? 0) + 1)

  useEffect(() => () => running.current?.abort.abort(), [])
  useEffect(() => {
    kept.set(api, turns)
  }, [api, turns])

  const ask = useCallback(
    async (question: string, before: readonly Turn[], wishes: Wishes) => {
      const id = nextId.current++
      const abort = new AbortController()
      running.current = { abort, id }
      dispatch({ kind: 'ask', id, question, model: wishes.model })
      await answer(api, messagesOf(wishes.system, before, question), wishes, abort.signal, id, dispatch)
      if (running.current?.id === id) running.current = undefined
    },
    [api],
  )
  const stop = useCallback(() => {
    if (!running.current) return
    dispatch({ kind: 'stop', id: running.current.id })
    running.current.abort.abort()
  }, [])
  return { turns, dispatch, ask, stop }
}

async function answer(
  api: Api,
  messages: ReturnType<typeof messagesOf>,
  { model, temperature, maxTokens }: Wishes,
  signal: AbortSignal,
  id: number,
  dispatch: (step: Step) => void,
): Promise<void> {
  const began = performance.now()
  let firstToken: number | null = null
  let cut = false
  let last: ChatChunk | undefined
  const written = new Buffered((text, reasoning) => dispatch({ kind: 'text', id, text, reasoning }))
  const body = {
    messages,
    stream: true,
    stream_options: { include_usage: true },
    ...(model === '' ? {} : { model }),
    ...(temperature === null ? {} : { temperature }),
    ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
  }
  for await (const item of api.chat(body, signal)) {
    if (signal.aborted) break
    if (!item.ok) {
      written.flush()
      dispatch({ kind: 'fail', id, failure: item.failure })
      return
    }
    const choice = item.value.choices[0]
    const { content, reasoning_content: reasoning } = choice?.delta ?? {}
    if (content || reasoning) firstToken ??= performance.now() - began
    written.add(content ?? '', reasoning ?? '')
    if (choice?.finish_reason === 'length') cut = true
    if (item.value.usage) last = item.value
  }
  written.flush()
  if (!signal.aborted) dispatch({ kind: 'end', id, figures: figuresOf(last, firstToken), cut })
}

function figuresOf(last: ChatChunk | undefined, firstTokenMilliseconds: number | null): Figures | null {
  if (last?.usage === undefined) return null
  return {
    firstTokenMilliseconds,
    tokensPerSecond: last.timings?.predicted_per_second ?? null,
    promptTokens: last.usage.prompt_tokens,
    cachedTokens: last.usage.prompt_tokens_details.cached_tokens,
    completionTokens: last.usage.completion_tokens,
  }
}

/** Tokens may come faster than a screen is drawn: what came between two frames is shown at once. */
class Buffered {
  #text = ''
  #reasoning = ''
  #timer: number | undefined
  readonly #show: (text: string, reasoning: string) => void

  constructor(show: (text: string, reasoning: string) => void) {
    this.#show = show
  }

  add(text: string, reasoning: string): void {
    this.#text += text
    this.#reasoning += reasoning
    // A timer, not a frame: windows in the background get no frames, and the answer must not wait for them.
    this.#timer ??= setTimeout(() => this.flush(), 33)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#text === '' && this.#reasoning === '') return
    this.#show(this.#text, this.#reasoning)
    this.#text = ''
    this.#reasoning = ''
  }
}
