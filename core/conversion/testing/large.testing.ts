import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tinyFamilies } from './families.testing.ts'

/**
 * A Llama of some hundred million weights that are all zero, in a file with holes: it takes seconds to convert and no
 * room. Answers how many weights it has.
 */
export function writeLargeModel(folder: string, layers: number): number {
  mkdirSync(folder, { recursive: true })
  const family = tinyFamilies['Llama 2']
  if (family === undefined) throw new Error('no family')
  const width = 1024
  const inner = 4096
  const { vocabulary } = family.shape
  const shapes: [string, number[]][] = [
    ['model.embed_tokens.weight', [vocabulary, width]],
    ['model.norm.weight', [width]],
    ['lm_head.weight', [vocabulary, width]],
  ]
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`
    for (const norm of ['input_layernorm', 'post_attention_layernorm'])
      shapes.push([`${at}.${norm}.weight`, [width]])
    for (const part of ['q', 'k', 'v', 'o'])
      shapes.push([`${at}.self_attn.${part}_proj.weight`, [width, width]])
    for (const part of ['gate', 'up']) shapes.push([`${at}.mlp.${part}_proj.weight`, [inner, width]])
    shapes.push([`${at}.mlp.down_proj.weight`, [width, inner]])
  }
  let offset = 0
  const entries = shapes.map(([name, shape]) => {
    const from = offset
    offset += 2 * shape.reduce((product, each) => product * each, 1)
    return [name, { dtype: 'BF16', shape, data_offsets: [from, offset] }]
  })
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const file = join(folder, 'model.safetensors')
  writeFileSync(file, Buffer.concat([length, header]))
  truncateSync(file, 8 + header.length + offset)
  const config = { hidden_size: width, intermediate_size: inner, num_hidden_layers: layers }
  const heads = { num_attention_heads: 16, num_key_value_heads: 16, head_dim: 64 }
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ architectures: [family.architecture], ...family.config, ...config, ...heads }),
  )
  family.tokenizer(folder)
  return offset / 2
}
