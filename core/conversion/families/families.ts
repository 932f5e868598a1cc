import type { SourceTensor } from '../checkpoint/types.ts'
import type { Fields } from '../files/json.ts'
import { printable, Refusal } from '../refusal.ts'
import { layoutGemma, layoutGemma2, layoutGemma3 } from './gemma.ts'
import { layoutLlama, layoutQwen2, layoutQwen3 } from './llama.ts'
import type { Layout } from './types.ts'

type LayOut = (config: Fields, tensors: ReadonlyMap<string, SourceTensor>) => Layout

/** By the name of the class in Hugging Face's transformers. */
const families: Readonly<Record<string, LayOut>> = {
  LlamaForCausalLM: layoutLlama,
  MistralForCausalLM: layoutLlama,
  Qwen2ForCausalLM: layoutQwen2,
  Qwen3ForCausalLM: layoutQwen3,
  GemmaForCausalLM: layoutGemma,
  Gemma2ForCausalLM: layoutGemma2,
  Gemma3ForCausalLM: layoutGemma3,
  Gemma3ForConditionalGeneration: textPart(layoutGemma3),
}

/** For configs without `architectures`. */
const byModelType: Readonly<Record<string, string>> = {
  llama: 'LlamaForCausalLM',
  mistral: 'MistralForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
  gemma: 'GemmaForCausalLM',
  gemma2: 'Gemma2ForCausalLM',
  gemma3_text: 'Gemma3ForCausalLM',
}

/** What a config.json calls its architecture; null where it does not say. */
export function architectureOf(config: Fields): string | null {
  const [first] = config.list('architectures') ?? []
  if (typeof first === 'string') return printable(first)
  const type = config.text('model_type')
  return type === undefined
    ? null
    : Object.hasOwn(byModelType, type)
      ? (byModelType[type] ?? null)
      : printable(type)
}

/** How the model's tensors and numbers look as GGUF. @throws Refusal saying why it is not converted */
export function layOut(config: Fields, tensors: ReadonlyMap<string, SourceTensor>): Layout {
  const architecture = architectureOf(config)
  if (architecture === null) throw new Refusal('Its config.json does not name its architecture.')
  refuseQuantized(config)
  const family = Object.hasOwn(families, architecture) ? families[architecture] : undefined
  if (family !== undefined) return family(config, tensors)
  if (config.has('auto_map'))
    throw new Refusal(`Its architecture ${architecture} is code of its own, which is never run here.`)
  throw new Refusal(
    `Its architecture ${architecture} is not converted; Llama, Mistral, Qwen 2, Qwen 3 and Gemma 1 to 3 are.`,
  )
}

/** Weights packed by GPTQ, AWQ, bitsandbytes, fp8 … : their values are not what the tensors hold. */
function refuseQuantized(config: Fields): void {
  const method = config.object('quantization_config')?.text('quant_method')
  if (method !== undefined)
    throw new Refusal(
      `Its weights are quantised by "${printable(method)}", which is not converted. Use the model it was made from.`,
    )
}

/** A model that also takes pictures: its text decoder is a model of its own. */
function textPart(layOutText: LayOut): LayOut {
  return (config, tensors) => {
    const text = config.object('text_config')
    if (text === undefined) throw new Refusal('Its config.json does not describe its text part.')
    const own = new Map<string, SourceTensor>()
    for (const [name, tensor] of tensors) {
      if (/^(model\.)?(vision_tower|multi_modal_projector)\./.test(name)) continue
      own.set(name.replace(/^language_model\./, '').replace(/^model\.language_model\./, 'model.'), tensor)
    }
    const layout = layOutText(text.withDefaults(gemma3Text), own)
    return {
      ...layout,
      notes: [...layout.notes, 'Only its text part is converted: it no longer takes pictures.'],
    }
  }
}

/** What Gemma 3's own code takes where the text part's config is silent. */
const gemma3Text = {
  vocab_size: 262_208,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  max_position_embeddings: 131_072,
  rope_theta: 1_000_000,
}
