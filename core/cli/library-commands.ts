import type { Command } from './command.ts'

const model = { name: 'MODEL', help: 'A model of "impetus models"', required: true } as const

/** The commands that look after model files. */
export const libraryCommands: readonly Command[] = [
  {
    name: 'show',
    summary: 'Show everything about a model',
    arguments: [model],
    options: [{ name: 'tensors', help: 'List its tensors too' }],
    examples: ['impetus show impetus-mini', 'impetus show impetus-mini --tensors'],
    load: () => import('./show.ts'),
  },
  {
    name: 'import',
    summary: 'Take in a model file that is on this machine, or fetch one from an address',
    arguments: [
      { name: 'SOURCE', help: 'A .gguf file (or its first part), an https URL, or hf:…', required: true },
    ],
    options: [
      { name: 'move', help: 'Move the file instead of copying it' },
      { name: 'link', help: 'Use the file where it is' },
      { name: 'name', value: 'NAME', help: 'Another name for the file' },
    ],
    examples: ['impetus import ~/Downloads/model.gguf --move', 'impetus import /disk/model.gguf --link'],
    load: () => import('./import.ts'),
  },
  {
    name: 'cp',
    summary: 'Give a model a further name; nothing is copied',
    arguments: [model, { name: 'NAME', help: 'The further name', required: true }],
    examples: ['impetus cp impetus-mini helper'],
    load: () => import('./manage.ts'),
  },
  {
    name: 'rm',
    summary: 'Delete models; they stay in the trash for a day. A further name is only taken away',
    arguments: [
      { name: 'MODEL', help: 'Models of "impetus models", or further names', required: true, rest: true },
    ],
    options: [
      { name: 'others', help: 'Also files that belong to other programs' },
      { name: 'now', help: 'For good: the disk is free at once' },
    ],
    examples: ['impetus rm qwen3-8b-q4_k_m', 'impetus rm words --others'],
    load: async () => ({ run: (await import('./manage.ts')).remove }),
  },
  {
    name: 'trash',
    summary: 'List deleted models that can be brought back',
    examples: ['impetus trash'],
    load: () => import('./trash.ts'),
  },
  {
    name: 'trash restore',
    summary: 'Bring a deleted model back',
    arguments: [{ name: 'ID', help: 'As "impetus trash" shows it', required: true }],
    examples: ['impetus trash restore trash_5f0c2a9be1d34467'],
    load: async () => ({ run: (await import('./trash.ts')).restore }),
  },
  {
    name: 'trash empty',
    summary: 'Delete everything in the trash for good',
    examples: ['impetus trash empty'],
    load: async () => ({ run: (await import('./trash.ts')).empty }),
  },
  {
    name: 'verify',
    summary: 'Read models again and compare their SHA-256',
    arguments: [{ name: 'MODEL', help: 'Models of "impetus models"', required: true, rest: true }],
    examples: ['impetus verify impetus-mini'],
    load: () => import('./verify.ts'),
  },
  {
    name: 'dedupe',
    summary: 'List models that are there more than once, and what that costs',
    options: [{ name: 'link', help: 'Let copies of Impetus’s own share the disk’s bytes with the others' }],
    examples: ['impetus dedupe', 'impetus dedupe --link'],
    load: () => import('./dedupe.ts'),
  },
  {
    name: 'export',
    summary: 'Print a Modelfile for Ollama, or put a model where LM Studio finds it',
    arguments: [model],
    options: [{ name: 'lm-studio', help: 'Into LM Studio’s folder, without copying its bytes' }],
    examples: ['impetus export impetus-mini > Modelfile', 'impetus export impetus-mini --lm-studio'],
    load: async () => ({ run: (await import('./manage.ts')).exported }),
  },
]
