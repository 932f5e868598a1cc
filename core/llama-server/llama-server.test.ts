import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import { llamaCompletion, llamaInfill } from '../contract/llama-server.ts'
import type { AnswerDelta } from '../generation/interpret.ts'
import { issuesToError } from '../http/zod-error.ts'
import { Continuation, chosen } from './answer.ts'
import { completionRequest, infillRequest } from './request.ts'
import { slotsOf } from './state.ts'

function complete(body: unknown) {
  const parsed = llamaCompletion.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return completionRequest(parsed.data)
}

function infill(body: unknown) {
  const parsed = llamaInfill.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return infillRequest(parsed.data)
}

function refusal(act: () => unknown): Pick<ImpetusError, 'code' | 'param'> {
  try {
    act()
  } catch (error) {
    if (!(error instanceof ImpetusError)) throw error
    const { code, param } = error
    return { code, param }
  }
  throw new Error('It was not refused.')
}

describe('a completion', () => {
  it.each<[string, object, object]>([
    ['of a text', { prompt: 'a' }, { prompt: { kind: 'text', text: 'a' }, stop: [], sampling: {} }],
    ['of a list of one text', { prompt: ['a'] }, { prompt: { kind: 'text', text: 'a' } }],
    ['of tokens', { prompt: [1, 2] }, { prompt: { kind: 'tokens', tokens: [1, 2] } }],
    ['with a limit', { prompt: 'a', n_predict: 5 }, { maxTokens: 5 }],
    ['that only warms up', { prompt: 'a', n_predict: 0 }, { maxTokens: 1 }],
    [
      'with sampling',
      {
        prompt: 'a',
        temperature: -1,
        top_k: -1,
        top_p: 0.5,
        min_p: 0.1,
        seed: 3,
        repeat_penalty: 1.1,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
        stop: ['x', ''],
        samplers: ['top_k'],
        cache_prompt: true,
        id_slot: 0,
      },
      {
        stop: ['x'],
        sampling: {
          temperature: 0,
          topK: 0,
          topP: 0.5,
          minP: 0.1,
          seed: 3,
          repeatPenalty: 1.1,
          presencePenalty: 0.1,
          frequencyPenalty: 0.2,
        },
      },
    ],
  ])('%s', (_, body, expected) => {
    expect(complete(body)).toMatchObject(expected)
  })

  it('without a limit runs on', () => {
    expect(complete({ prompt: 'a', n_predict: -1 })).not.toHaveProperty('maxTokens')
  })

  it.each<[string, object, string, string]>([
    ['a grammar', { prompt: 'a', grammar: 'root ::= "a"' }, 'invalid_value', 'grammar'],
    ['a schema', { prompt: 'a', json_schema: { type: 'object' } }, 'invalid_value', 'json_schema'],
    ['several prompts', { prompt: ['a', 'b'] }, 'invalid_value', 'prompt'],
    ['a limit of the wrong type', { prompt: 'a', n_predict: 'x' }, 'invalid_type', 'n_predict'],
  ])('refuses %s', (_, body, code, param) => {
    expect(refusal(() => complete(body))).toEqual({ code, param })
  })

  it('bears an empty grammar and schema', () => {
    expect(complete({ prompt: 'a', grammar: '', json_schema: {} })).toMatchObject({ prompt: { text: 'a' } })
  })
})

describe('a gap', () => {
  it('has a prefix, a suffix, and the rest of the line', () => {
    const { prompt } = infill({ input_prefix: 'a\n', prompt: 'b', input_suffix: 'c', n_predict: 4 })
    expect(prompt).toEqual({ kind: 'infill', prefix: 'a\nb', suffix: 'c' })
  })

  it('has pieces of other files before it', () => {
    const input_extra = [{ filename: 'x.ts', text: 'X' }, { text: 'Y' }]
    const { prompt } = infill({ input_extra, input_prefix: 'a', input_suffix: '' })
    expect(prompt).toMatchObject({ prefix: '--- x.ts ---\n\nX\n\n--- snippet ---\n\nY\n\na', suffix: '' })
  })
})

function end(reason: 'stop' | 'length', stopSequence?: string): Extract<AnswerDelta, { type: 'end' }> {
  return {
    type: 'end',
    reason,
    ...(stopSequence !== undefined && { stopSequence }),
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 3, reasoningTokens: 0 },
    timings: { queued: 1, prefill: 12, decode: 30 },
  }
}

describe('an answer', () => {
  it.each([
    ['eos', end('stop'), ''],
    ['word', end('stop', 'END'), 'END'],
    ['limit', end('length'), ''],
  ])('stops by %s', (stop_type, last, stopping_word) => {
    const answer = new Continuation('a-model', 10, false).end(last)
    expect(answer).toMatchObject({
      model: 'a-model',
      stop: true,
      stop_type,
      stopping_word,
      tokens_predicted: 3,
      tokens_evaluated: 10,
      tokens_cached: 4,
      timings: { prompt_n: 6, predicted_n: 3, predicted_per_second: 100 },
    })
  })

  it('says nothing after warming up', () => {
    const answer = new Continuation('a-model', 10, true)
    expect(answer.add({ type: 'text', text: 'a', tokens: 1 })).toEqual([])
    expect(answer.end(end('length'))).toMatchObject({
      content: '',
      tokens_predicted: 0,
      tokens_evaluated: 10,
    })
  })

  it('has the fields that were asked for, by their paths', () => {
    const answer = new Continuation('a-model', 10, false).end(end('stop'))
    const fields = ['content', 'timings/prompt_n', 'timings/nothing', 'nothing/at/all', 'content/length']
    expect(chosen(answer, fields)).toEqual({ content: '', 'timings/prompt_n': 6 })
    expect(chosen(answer, [])).toBe(answer)
  })

  it('says the same in parts and whole, whatever the engine says', () => {
    const piece = fc.record({
      type: fc.constantFrom('text' as const, 'reasoning' as const),
      text: fc.string({ unit: 'binary' }),
      tokens: fc.nat({ max: 3 }),
    })
    fc.assert(
      fc.property(fc.array(piece), pieces => {
        const answer = new Continuation('a-model', 10, false)
        const parts = pieces.flatMap(one => answer.add(one))
        const whole = answer.end(end('stop'))
        expect(parts.map(part => part.content).join('')).toBe(whole.content)
        expect(whole.content).toBe(pieces.map(one => one.text).join(''))
        expect(parts.every(part => !part.stop)).toBe(true)
        expect(whole.has_new_line).toBe(whole.content.includes('\n'))
      }),
    )
  })
})

it('shows as many slots at work as there are requests', () => {
  const loaded = { contextLength: 4096, slots: 3 }
  const working = (requests: number) => slotsOf(loaded, requests).map(slot => slot.is_processing)
  expect(working(0)).toEqual([false, false, false])
  expect(working(2)).toEqual([true, true, false])
  expect(working(9)).toEqual([true, true, true])
})
