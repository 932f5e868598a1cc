import type { Failure } from '../../api.ts'
import { addText, type Blocks, noBlocks } from './blocks.ts'

export interface Figures {
  readonly firstTokenMilliseconds: number | null
  readonly tokensPerSecond: number | null
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly completionTokens: number
}

export interface Turn {
  readonly id: number
  readonly question: string
  readonly model: string
  readonly reasoning: string
  readonly text: string
  readonly blocks: Blocks
  readonly state: 'waiting' | 'writing' | 'done' | 'stopped' | 'failed'
  /** The answer reached the limit of its length. */
  readonly cut: boolean
  readonly failure: Failure | null
  readonly figures: Figures | null
}

export type Step =
  | { readonly kind: 'ask'; readonly id: number; readonly question: string; readonly model: string }
  | { readonly kind: 'text'; readonly id: number; readonly text: string; readonly reasoning: string }
  | { readonly kind: 'end'; readonly id: number; readonly figures: Figures | null; readonly cut: boolean }
  | { readonly kind: 'stop'; readonly id: number }
  | { readonly kind: 'fail'; readonly id: number; readonly failure: Failure }
  /** Takes this turn and all after it away: it is asked again. */
  | { readonly kind: 'rewind'; readonly id: number }
  | { readonly kind: 'clear' }

/** What a step makes of a conversation. What was written is kept, however the answer ends. Pure. */
export function conversation(turns: readonly Turn[], step: Step): readonly Turn[] {
  switch (step.kind) {
    case 'clear':
      return []
    case 'rewind':
      return turns.slice(
        0,
        turns.findIndex(({ id }) => id === step.id),
      )
    case 'ask': {
      const { id, question, model } = step
      const rest = {
        reasoning: '',
        text: '',
        blocks: noBlocks,
        cut: false,
        failure: null,
        figures: null,
      } as const
      return [...turns, { id, question, model, state: 'waiting', ...rest }]
    }
    default:
      return turns.map(turn => (turn.id === step.id ? changed(turn, step) : turn))
  }
}

function changed(turn: Turn, step: Exclude<Step, { kind: 'ask' | 'clear' | 'rewind' }>): Turn {
  switch (step.kind) {
    case 'text':
      return {
        ...turn,
        // What was under way when it was stopped still arrives.
        state: turn.state === 'stopped' ? 'stopped' : 'writing',
        text: turn.text + step.text,
        blocks: step.text === '' ? turn.blocks : addText(turn.blocks, step.text),
        reasoning: turn.reasoning + step.reasoning,
      }
    case 'end':
      return { ...turn, state: 'done', figures: step.figures, cut: step.cut }
    case 'stop':
      return { ...turn, state: 'stopped' }
    case 'fail':
      return { ...turn, state: 'failed', failure: step.failure }
  }
}

/** The conversation as the API takes it. Answers of which nothing was written are left out with their question. */
export function messagesOf(system: string, turns: readonly Turn[], question: string) {
  const said = turns
    .filter(({ text }) => text !== '')
    .flatMap(turn => [
      { role: 'user', content: turn.question },
      { role: 'assistant', content: turn.text },
    ])
  const first = system.trim() === '' ? [] : [{ role: 'system', content: system }]
  return [...first, ...said, { role: 'user', content: question }]
}
