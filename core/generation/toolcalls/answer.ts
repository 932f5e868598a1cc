import type { Delta } from '../../engine/engine.ts'

export type AnswerDelta = Extract<Delta, { type: 'text' | 'reasoning' | 'toolCall' }>

/** Collects what a parser makes of an answer. */
export class Answer {
  readonly #newId: () => string
  #deltas: AnswerDelta[] = []
  #calls = 0
  /** White space that ends the text so far: it belongs to the text only if more text follows. */
  #space = ''
  #anyText = false
  #emptyArguments = true

  constructor(newId: () => string) {
    this.#newId = newId
  }

  get calls(): number {
    return this.#calls
  }

  /** Whether any text (not only white space) has come since the last call or the reasoning. */
  get hasText(): boolean {
    return this.#anyText
  }

  text(text: string): void {
    if (text === '') return
    const all = this.#space + text
    const end = all.trimEnd().length
    this.#space = all.slice(end)
    if (end === 0) return
    this.#anyText = true
    this.#add({ type: 'text', text: all.slice(0, end), tokens: 0 })
  }

  reasoning(text: string): void {
    if (text !== '') this.#add({ type: 'reasoning', text, tokens: 0 })
  }

  /** The space held back so far separates parts of the answer; it is none of its text. */
  dropSpace(): void {
    this.#space = ''
    this.#anyText = false
  }

  /** From here on there is a call: it cannot be taken back. */
  beginCall(name: string): void {
    this.dropSpace()
    this.#add({ type: 'toolCall', index: this.#calls, id: this.#newId(), name, arguments: '' })
    this.#calls += 1
    this.#emptyArguments = true
  }

  callArguments(text: string): void {
    if (text === '') return
    this.#emptyArguments = false
    this.#add({ type: 'toolCall', index: this.#calls - 1, arguments: text })
  }

  endCall(): void {
    if (this.#emptyArguments) this.callArguments('{}')
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#space !== '' && (this.#calls === 0 || this.#anyText)) {
      this.#add({ type: 'text', text: this.#space, tokens: 0 })
    }
    this.#space = ''
  }

  take(): AnswerDelta[] {
    const deltas = this.#deltas
    this.#deltas = []
    return deltas
  }

  /** Joined with the one before where both continue the same. */
  #add(delta: AnswerDelta): void {
    const last = this.#deltas.at(-1)
    if (last?.type === 'toolCall' && delta.type === 'toolCall') {
      if (delta.id === undefined && last.index === delta.index) {
        this.#deltas[this.#deltas.length - 1] = { ...last, arguments: last.arguments + delta.arguments }
        return
      }
    } else if (last && last.type === delta.type && last.type !== 'toolCall' && delta.type !== 'toolCall') {
      this.#deltas[this.#deltas.length - 1] = { ...last, text: last.text + delta.text }
      return
    }
    this.#deltas.push(delta)
  }
}
