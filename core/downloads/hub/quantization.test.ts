import { expect, it } from 'vitest'
import { preferenceOf, quantizationOf } from './quantization.ts'

it.each([
  ['Llama-3.2-1B-Instruct-Q4_K_M.gguf', 'Q4_K_M'],
  ['llama-2-7b.Q4_0.gguf', 'Q4_0'],
  ['qwen2.5-7b-instruct-q4_k_m-00001-of-00002.gguf', 'Q4_K_M'],
  ['Qwen3-30B-A3B-UD-Q4_K_XL.gguf', 'UD-Q4_K_XL'],
  ['Qwen3-30B-A3B-UD-IQ1_S.gguf', 'UD-IQ1_S'],
  ['Mistral-7B-IQ2_XXS.gguf', 'IQ2_XXS'],
  ['gemma-3-4b-it-IQ4_NL.gguf', 'IQ4_NL'],
  ['model-Q4_0_4_4.gguf', 'Q4_0_4_4'],
  ['model-Q6_K_L.gguf', 'Q6_K_L'],
  ['model-Q6_K.gguf', 'Q6_K'],
  ['model-Q3_K_S.gguf', 'Q3_K_S'],
  ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
  ['model-MXFP4_MOE.gguf', 'MXFP4_MOE'],
  ['bitnet-TQ1_0.gguf', 'TQ1_0'],
  ['model-BF16.gguf', 'BF16'],
  ['model.fp16.gguf', 'F16'],
  ['model-F32.GGUF', 'F32'],
  ['F16-to-Q8_0.gguf', 'Q8_0'],
  ['Qwen2-Q4.gguf', null],
  ['FAQ4_K_M.gguf', null],
  ['model-7B.gguf', null],
  ['model.gguf', null],
])('%s has %s', (name, quantization) => expect(quantizationOf(name)).toBe(quantization))

it('prefers four bits with K, and does not mind what it does not know', () => {
  const order = ['F16', 'Q8_0', null, 'Q4_0', 'Q4_K_M'].sort((a, b) => preferenceOf(a) - preferenceOf(b))
  expect(order).toEqual(['Q4_K_M', 'Q4_0', 'Q8_0', 'F16', null])
})
