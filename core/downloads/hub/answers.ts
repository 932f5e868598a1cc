import { z } from 'zod'

/**
 * What the hub answers, as far as it is used, after its own documentation and the types of @huggingface/hub 2.17.5.
 * Strangers write much of it: every field is checked, and one that is odd in a list costs that field, not the list.
 */

const count = z.int().min(0)
const date = z.iso.datetime({ offset: true }).transform(text => Date.parse(text))
const words = z.array(z.string().max(200)).max(1000)

const gguf = z.object({
  total: count.nullish().catch(null),
  architecture: z.string().max(100).nullish().catch(null),
  context_length: count.nullish().catch(null),
})

export const modelAnswer = z.object({
  id: z.string().max(200),
  sha: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .nullish()
    .catch(null),
  downloads: count.catch(0),
  likes: count.catch(0),
  lastModified: date.nullish().catch(null),
  // false, "auto" or "manual"
  gated: z.union([z.boolean(), z.string()]).catch(false),
  tags: words.catch([]),
  gguf: gguf.nullish().catch(null),
  cardData: z
    .object({
      license: z.union([z.string(), words]).nullish().catch(null),
      base_model: z.union([z.string(), words]).nullish().catch(null),
    })
    .nullish()
    .catch(null),
})
export type ModelAnswer = z.output<typeof modelAnswer>

export const modelsAnswer = z.array(modelAnswer).max(1000)

/** One entry of `/tree`. Sizes and hashes decide what is written to disk, so here nothing is mended. */
export const treeAnswer = z
  .array(
    z.object({
      type: z.string(),
      path: z.string().max(4096),
      size: count.optional(),
      lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: count }).optional(),
    }),
  )
  .max(10_000)

/** Model facts the hub is asked for by name; without this it sends a short form. */
export const expanded = ['downloads', 'likes', 'lastModified', 'gated', 'tags', 'gguf'] as const
export const expandedForOne = [...expanded, 'sha', 'cardData'] as const
