import { z } from 'zod'
import { setting } from './setting.ts'

const place = (title: string, help: string) => setting(z.boolean().default(true), { title, help })

/** Where models of other programs are looked for. Nothing in these places is changed without an explicit word. */
const places = z.object({
  userModels: place('~/Models', 'List the models in the folder Models of your home.'),
  gerdsen: place('GerdsenAI', 'List the models in ~/.gerdsen_ai/model_cache.'),
  lmStudio: place('LM Studio', 'List the models in LM Studio’s folders.'),
  ollama: place('Ollama', 'List the models that Ollama has fetched, under their names there.'),
  huggingFace: place(
    'Hugging Face',
    'List the models in the cache of Hugging Face’s tools (HF_HUB_CACHE, HF_HOME).',
  ),
  llamaCpp: place('llama.cpp', 'List the models in llama.cpp’s cache (LLAMA_CACHE).'),
  jan: place('Jan', 'List the models in Jan’s folders.'),
})

/** The library of models. */
export const library = z.object({
  places: places.prefault({}),
  hash: setting(z.enum(['all', 'duplicates', 'off']).default('all'), {
    title: 'Compute SHA-256 in the background',
    help: 'all: of every model, one after the other, while nobody asks anything and the machine is not known to run on its battery; duplicates: only of models of the same size; off: only when asked to verify.',
  }),
  trashHours: setting(z.number().min(0).max(8760).default(24), {
    title: 'Time to undo a deletion',
    help: 'Hours that deleted models stay in the trash and on the disk. 0 deletes at once.',
  }),
})
