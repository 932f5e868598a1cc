import { printable, Refusal } from '../refusal.ts'

/** A class or function that a pickle names. It is never looked up, only compared. */
export interface PickleGlobal {
  readonly global: string
}

/** What a pickle refers to outside of itself: in a checkpoint, the bytes of a tensor. */
export interface PickleReference {
  readonly reference: unknown
}

/** Does what a named function would do, for the few that are known. @throws Refusal for every other name */
export type CallGlobal = (name: string, args: readonly unknown[]) => unknown

/** Dictionaries become maps, lists and tuples arrays. */
export type PickleMap = Map<unknown, unknown>

const mostInstructions = 20_000_000
/** Stands on the stack where the items of a list, tuple or dictionary begin. */
const mark = Symbol('mark')

/**
 * Reads a pickle without executing anything: data instructions build plain values, and a call is handed to `call`,
 * which knows a few names and refuses the others. Instructions that make objects of classes do not exist here.
 * See https://docs.python.org/3/library/pickletools.html
 *
 * @throws Refusal
 */
export function readPickle(bytes: Buffer, call: CallGlobal): unknown {
  return new Machine(bytes, call).run()
}

class Machine {
  readonly #bytes: Buffer
  readonly #call: CallGlobal
  readonly #stack: unknown[] = []
  readonly #memo = new Map<number, unknown>()
  #at = 0

  constructor(bytes: Buffer, call: CallGlobal) {
    this.#bytes = bytes
    this.#call = call
  }

  run(): unknown {
    for (let count = 0; count < mostInstructions; count++) {
      const code = this.#u8()
      if (code === 0x2e) return this.#pop()
      const step = steps[code]
      if (step === undefined)
        throw new Refusal(
          `It is a pickle with the instruction 0x${code.toString(16)}, which no checkpoint needs. It was not executed.`,
        )
      step(this.#hands)
    }
    throw new Refusal('It is a pickle that never ends.')
  }

  readonly #hands: Hands = {
    push: value => {
      this.#stack.push(value)
    },
    pop: () => this.#pop(),
    top: () => {
      if (this.#stack.length === 0) throw malformed()
      return this.#stack.at(-1)
    },
    toMark: () => {
      const at = this.#stack.lastIndexOf(mark)
      if (at < 0) throw malformed()
      const items = this.#stack.splice(at)
      items.shift()
      return items
    },
    take: length => this.#take(length),
    line: () => {
      const end = this.#bytes.indexOf(0x0a, this.#at)
      if (end < 0) throw malformed()
      const text = this.#bytes.toString('latin1', this.#at, end)
      this.#at = end + 1
      return text
    },
    remember: index => {
      this.#memo.set(index ?? this.#memo.size, this.#hands.top())
    },
    recall: index => {
      if (!this.#memo.has(index)) throw malformed()
      this.#stack.push(this.#memo.get(index))
    },
    call: (name, args) => this.#call(name, args),
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw malformed()
    const value = this.#stack.pop()
    if (value === mark) throw malformed()
    return value
  }

  #u8(): number {
    return this.#take(1)[0]!
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw malformed()
    const piece = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return piece
  }
}

/** What an instruction may do. */
interface Hands {
  push(value: unknown): void
  pop(): unknown
  top(): unknown
  /** Everything above the last mark, which goes too. */
  toMark(): unknown[]
  take(length: number): Buffer
  line(): string
  /** Without an index: the next free one. */
  remember(index?: number): void
  recall(index: number): void
  call(name: string, args: readonly unknown[]): unknown
}

type Step = (hands: Hands) => void

const text = (hands: Hands, length: number) => hands.push(hands.take(length).toString('utf8'))
const long = (hands: Hands) => {
  const bytes = hands.take(hands.take(1)[0]!)
  if (bytes.length > 8) throw malformed()
  let value = 0n
  for (const [index, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * index)
  hands.push(Number(BigInt.asIntN(Math.max(8, bytes.length * 8), value)))
}
const tuple = (hands: Hands, count: number) => {
  const items = Array.from({ length: count }, () => hands.pop())
  hands.push(items.reverse())
}
const append = (hands: Hands, items: readonly unknown[]) => {
  const list = hands.top()
  if (!Array.isArray(list)) throw malformed()
  for (const item of items) list.push(item)
}
const setItems = (hands: Hands, items: readonly unknown[]) => {
  const map = hands.top()
  if (!(map instanceof Map) || items.length % 2 !== 0) throw malformed()
  for (let index = 0; index < items.length; index += 2) map.set(items[index], items[index + 1])
}
const reduce: Step = hands => {
  const args = hands.pop()
  const callee = hands.pop()
  if (!Array.isArray(args) || !isGlobal(callee)) throw malformed()
  hands.push(hands.call(callee.global, args))
}
/** A checkpoint keeps attributes on its dictionary (`_metadata`), which nobody needs. */
const build: Step = hands => {
  hands.pop()
  if (!(hands.top() instanceof Map)) throw new Refusal('It is a pickle that sets the state of an object.')
}

/** By the instruction's byte. */
const steps: Readonly<Record<number, Step>> = {
  128: hands => hands.take(1), // PROTO
  149: hands => hands.take(8), // FRAME
  40: hands => hands.push(mark), // MARK
  48: hands => hands.pop(), // POP
  78: hands => hands.push(null), // NONE
  136: hands => hands.push(true), // NEWTRUE
  137: hands => hands.push(false), // NEWFALSE
  74: hands => hands.push(hands.take(4).readInt32LE()), // BININT
  75: hands => hands.push(hands.take(1)[0]), // BININT1
  77: hands => hands.push(hands.take(2).readUInt16LE()), // BININT2
  138: long, // LONG1
  71: hands => hands.push(hands.take(8).readDoubleBE()), // BINFLOAT
  88: hands => text(hands, hands.take(4).readUInt32LE()), // BINUNICODE
  140: hands => text(hands, hands.take(1)[0]!), // SHORT_BINUNICODE
  93: hands => hands.push([]), // EMPTY_LIST
  41: hands => hands.push([]), // EMPTY_TUPLE
  125: hands => hands.push(new Map()), // EMPTY_DICT
  116: hands => hands.push(hands.toMark()), // TUPLE
  133: hands => tuple(hands, 1), // TUPLE1
  134: hands => tuple(hands, 2), // TUPLE2
  135: hands => tuple(hands, 3), // TUPLE3
  97: hands => append(hands, [hands.pop()]), // APPEND
  101: hands => append(hands, hands.toMark()), // APPENDS
  115: hands => {
    const value = hands.pop()
    setItems(hands, [hands.pop(), value])
  }, // SETITEM
  117: hands => setItems(hands, hands.toMark()), // SETITEMS
  113: hands => hands.remember(hands.take(1)[0]!), // BINPUT
  114: hands => hands.remember(hands.take(4).readUInt32LE()), // LONG_BINPUT
  148: hands => hands.remember(), // MEMOIZE
  104: hands => hands.recall(hands.take(1)[0]!), // BINGET
  106: hands => hands.recall(hands.take(4).readUInt32LE()), // LONG_BINGET
  99: hands => hands.push({ global: `${hands.line()}.${hands.line()}` }), // GLOBAL
  147: hands => {
    const name = hands.pop()
    hands.push({ global: `${String(hands.pop())}.${String(name)}` })
  }, // STACK_GLOBAL
  81: hands => hands.push({ reference: hands.pop() }), // BINPERSID
  82: reduce, // REDUCE
  98: build, // BUILD
}

export function isGlobal(value: unknown): value is PickleGlobal {
  return typeof value === 'object' && value !== null && 'global' in value && typeof value.global === 'string'
}

export function isReference(value: unknown): value is PickleReference {
  return typeof value === 'object' && value !== null && 'reference' in value
}

/** What is said of a call that a checkpoint does not need. */
export function refusedCall(name: string): Refusal {
  return new Refusal(
    `It is a pickle that calls "${printable(name)}", which no checkpoint needs. It was not executed; do not load this file anywhere.`,
  )
}

function malformed(): Refusal {
  return new Refusal('It is a damaged pickle. Fetch it again.')
}
