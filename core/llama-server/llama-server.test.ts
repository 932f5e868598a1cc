import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import { llamaCompletion, llamaInfill } from '../contract/llama-server.ts'
import type { AnswerDelta } from '../generation/interpret.ts'
import { issuesToError } from '../http/zod-error.ts'
import { Continuation, chosen, type Manner } from './answer.ts'
import { asksForSeveral, completionRequests, infillRequest } from './request.ts'
import { slotsOf } from './state.ts'

function complete(body: unknown) {
  const parsed = llamaCompletion.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return completionRequests(parsed.data)
}

function completeOne(body: unknown) {
  const [request, ...more] = complete(body)
  expect(more).toEqual([])
  return request
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
    ['with a limit of time', { prompt: 'a', t_max_predict_ms: 250 }, { timeLimit: 250 }],
    ['with a grammar', { prompt: 'a', grammar: 'root ::= "a"' }, { options: { grammar: 'root ::= "a"' } }],
    [
      'with a schema',
      { prompt: 'a', json_schema: { type: 'object' } },
      { options: { output: { kind: 'schema', schema: { type: 'object' }, param: 'json_schema' } } },
    ],
    ['with likelihoods', { prompt: 'a', n_probs: 3 }, { logprobs: { top: 3 } }],
    ['with tokens', { prompt: 'a', return_tokens: true }, { logprobs: { top: 0 } }],
    [
      'with biases as a list',
      {
        prompt: 'a',
        logit_bias: [
          [5, 1.5],
          [6, false],
        ],
      },
      {
        sampling: {
          logitBias: [
            { token: 5, bias: 1.5 },
            { token: 6, bias: -100 },
          ],
        },
      },
    ],
    [
      'with biases as an object',
      { prompt: 'a', logit_bias: { 5: -1 } },
      { sampling: { logitBias: [{ token: 5, bias: -1 }] } },
    ],
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
    expect(completeOne(body)).toMatchObject(expected)
  })

  it('without a limit runs on', () => {
    expect(completeOne({ prompt: 'a', n_predict: -1 })).not.toHaveProperty('maxTokens')
  })

  it.each<[string, object, string, string]>([
    ['an image', { prompt: 'a', image_data: [{ data: '', id: 1 }] }, 'unsupported_content', 'image_data'],
    ['images in a prompt', { prompt: { prompt_string: 'a' } }, 'unsupported_content', 'prompt'],
    ['a prompt of something else', { prompt: ['a', {}] }, 'invalid_value', 'prompt'],
    ['biases of texts', { prompt: 'a', logit_bias: [['a', 1]] }, 'invalid_type', 'logit_bias.0.0'],
    ['too large a grammar', { prompt: 'a', grammar: 'x'.repeat(100_001) }, 'invalid_value', 'grammar'],
    ['a limit of the wrong type', { prompt: 'a', n_predict: 'x' }, 'invalid_type', 'n_predict'],
  ])('refuses %s', (_, body, code, param) => {
    expect(refusal(() => complete(body))).toEqual({ code, param })
  })

  it('bears an empty grammar and schema', () => {
    expect(completeOne({ prompt: 'a', grammar: '', json_schema: {} })).not.toHaveProperty('options')
    expect(completeOne({ prompt: 'a', json_schema: {} })).toHaveProperty('options')
  })

  it('of several prompts is several', () => {
    const prompts = complete({ prompt: ['a', [1, 2]] }).map(({ prompt }) => prompt)
    expect(prompts).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'tokens', tokens: [1, 2] },
    ])
    const several = (body: unknown) => asksForSeveral(llamaCompletion.request.parse(body))
    expect([several({ prompt: ['a', 'b'] }), several({ prompt: 'a', n_cmpl: 2 })]).toEqual([true, true])
    expect([several({ prompt: ['a'] }), several({ prompt: [1, 2] })]).toEqual([false, false])
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
    expect(prompt).toEqual({
      ...{ kind: 'infill', prefix: 'a', suffix: '' },
      extra: [
        { name: 'x.ts', text: 'X' },
        { name: 'snippet', text: 'Y' },
      ],
    })
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

const manner: Manner = {
  model: 'a-model',
  contextLength: 4096,
  promptTokens: 10,
  warmUp: false,
  tokens: false,
  probabilities: false,
  settings: { n_predict: -1, seed: -1, stop: [] },
}

describe('an answer', () => {
  it.each([
    ['eos', end('stop'), ''],
    ['word', end('stop', 'END'), 'END'],
    ['limit', end('length'), ''],
  ])('stops by %s', (stop_type, last, stopping_word) => {
    const answer = new Continuation(manner).end(last)
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
    const answer = new Continuation({ ...manner, warmUp: true })
    expect(answer.add({ type: 'text', text: 'a', tokens: 1 })).toEqual([])
    expect(answer.end(end('length'))).toMatchObject({
      content: '',
      tokens_predicted: 0,
      tokens_evaluated: 10,
    })
  })

  it('tells tokens and how likely they were, where that was asked for', () => {
    const token = { token: 7, text: 'a', bytes: [97], logprob: -0.5 }
    const text: AnswerDelta = {
      type: 'text',
      text: 'a',
      tokens: 1,
      logprobs: [{ ...token, top: [token, { ...token, token: 8, logprob: -Infinity }] }],
    }
    const told = { id: 7, token: 'a', bytes: [97], logprob: -0.5 }
    const likely = [{ ...told, top_logprobs: [told, { ...told, id: 8, logprob: -9999 }] }]
    const answer = new Continuation({ ...manner, tokens: true, probabilities: true })
    expect(answer.add(text)).toMatchObject([{ tokens: [7], completion_probabilities: likely }])
    expect(answer.end(end('stop'))).toMatchObject({ tokens: [7], completion_probabilities: likely })
    const silent = new Continuation(manner)
    expect(silent.add(text)[0]).not.toHaveProperty('completion_probabilities')
    expect(silent.end(end('stop')).tokens).toEqual([])
  })

  it('says where it breaks its schema', () => {
    const violation = { path: 'a', keyword: 'not' }
    expect(new Continuation(manner).end({ ...end('stop'), violation }).schema_violation).toEqual(violation)
  })

  it('has the fields that were asked for, by their paths', () => {
    const answer = new Continuation(manner).end(end('stop'))
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
        const answer = new Continuation(manner)
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
