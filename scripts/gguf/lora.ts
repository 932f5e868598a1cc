import { f32, string } from '../../core/conversion/gguf/format.ts'
import { writeGguf } from '../../core/conversion/gguf/write.ts'
import { randomMatrix } from './random-tensors.ts'

/** A LoRA adapter of random values for the first block of `writeTinyLlama`'s model; strong enough to change answers. */
export async function writeTinyAdapter(
  path: string,
  { architecture = 'llama', seed = 7 } = {},
): Promise<void> {
  const rank = 4
  const [inner, width] = [192, 64]
  const options = { seed, type: 'F32' } as const
  await writeGguf(
    path,
    {
      'general.architecture': string(architecture),
      'general.type': string('adapter'),
      'general.name': string('Tiny random adapter'),
      'adapter.type': string('lora'),
      'adapter.lora.alpha': f32(rank * 4),
    },
    [
      randomMatrix('blk.0.ffn_down.weight.lora_a', inner, rank, options),
      randomMatrix('blk.0.ffn_down.weight.lora_b', rank, width, options),
    ],
  )
}
