import { hasScriptedEngine } from '../platform/scripted.ts'
import type { Command, CommandFacts, Option } from './command.ts'
import { libraryCommands } from './library-commands.ts'

/** Options that every command has. */
export const commonOptions: readonly Option[] = [
  { name: 'json', help: 'Answer in JSON, for programs' },
  { name: 'help', short: 'h', help: 'Show this help' },
]

const engineOption: Option = {
  name: 'engine',
  value: 'NAME',
  help: 'llama.cpp, or scripted: canned answers for tests, no model at all',
}

/** The one command that is not in this room: it is the server itself. */
export const serveCommand: CommandFacts = {
  name: 'serve',
  summary: 'Run the server in the foreground',
  options: [
    { name: 'port', value: 'NUMBER', help: 'TCP port; 0 takes any free one' },
    { name: 'host', value: 'ADDRESS', help: 'IP address to listen on' },
    {
      name: 'strict-port',
      help: 'End with code 75 when the port is taken, instead of taking the next free one',
    },
    { name: 'model', value: 'ID', help: 'Model for requests that name none' },
    { name: 'memory', value: 'BYTES', help: 'Memory that all loaded models may take together' },
    { name: 'threads', value: 'NUMBER', help: 'Processor threads per model' },
    { name: 'context-length', value: 'TOKENS', help: 'Tokens that prompt and answer may have together' },
    { name: 'gpu-layers', value: 'NUMBER', help: 'Layers to put on the GPU' },
    { name: 'log-level', value: 'LEVEL', help: 'debug, info, warn or error' },
    { name: 'supervised', help: 'End when standard input closes, for programs that keep Impetus running' },
    ...(hasScriptedEngine ? [engineOption] : []),
  ],
  examples: ['impetus serve', 'impetus serve --port 5000 --strict-port'],
}

/** Every other command. `impetus help`, docs/cli.md and the tests read this table. */
export const commands: readonly Command[] = [
  {
    name: 'status',
    summary: 'Show what runs, where, and how it is',
    examples: ['impetus status', 'impetus status --json'],
    load: () => import('./status.ts'),
  },
  {
    name: 'models',
    summary: 'List the installed models',
    examples: ['impetus models'],
    load: () => import('./models.ts'),
  },
  ...libraryCommands,
  {
    name: 'run',
    summary: 'Ask a model; without a prompt, chat with it',
    arguments: [
      { name: 'MODEL', help: 'A model of "impetus models"; "default" for the default one', required: true },
      { name: 'PROMPT', help: 'The question. Text piped in is put after it', rest: true },
    ],
    options: [
      { name: 'system', value: 'TEXT', help: 'Instructions for the whole conversation' },
      { name: 'max-tokens', value: 'NUMBER', help: 'Length of the answer at most' },
      { name: 'temperature', value: 'NUMBER', help: '0 takes the likeliest word each time' },
      { name: 'seed', value: 'NUMBER', help: 'The same seed gives the same answer' },
    ],
    examples: [
      'impetus run default "What is Impetus?"',
      'git diff | impetus run default "Write a commit message"',
    ],
    load: () => import('./run.ts'),
  },
  {
    name: 'ps',
    summary: 'Show the models in memory and the budget they share',
    examples: ['impetus ps'],
    load: () => import('./ps.ts'),
  },
  {
    name: 'load',
    summary: 'Bring a model into memory before it is asked',
    arguments: [{ name: 'MODEL', help: 'A model of "impetus models"', required: true }],
    options: [
      { name: 'pin', help: 'Never unload it for another model, nor by time' },
      { name: 'keep', value: 'SECONDS', help: 'How long it stays without work' },
    ],
    examples: ['impetus load impetus-mini', 'impetus load impetus-mini --pin'],
    load: () => import('./load.ts'),
  },
  {
    name: 'unload',
    summary: 'Take a model out of memory once its running answers are done',
    arguments: [{ name: 'MODEL', help: 'A model of "impetus ps"', required: true }],
    options: [{ name: 'unpin', help: 'Let it go by itself from now on' }],
    examples: ['impetus unload impetus-mini'],
    load: async () => ({ run: (await import('./load.ts')).unload }),
  },
  {
    name: 'explain',
    summary: 'Say why a request took as long as it did; without an ID, list the recent ones',
    arguments: [{ name: 'ID', help: 'Of the request, as the x-request-id header has it' }],
    examples: ['impetus explain', 'impetus explain req_5f0c2a9be1d34467'],
    load: () => import('./explain.ts'),
  },
  {
    name: 'profiles',
    summary: 'List the profiles: sets of values for loading and asking models',
    examples: ['impetus profiles'],
    load: () => import('./profiles.ts'),
  },
  {
    name: 'profiles use',
    summary: 'Give a model a profile',
    arguments: [
      { name: 'PROFILE', help: 'As "impetus profiles" shows it; "none" takes it away', required: true },
      { name: 'MODEL', help: 'A model of "impetus models"', required: true },
    ],
    options: [{ name: 'dry-run', help: 'Only show what it would change' }],
    examples: ['impetus profiles use long-context impetus-mini --dry-run'],
    load: async () => ({ run: (await import('./profiles.ts')).use }),
  },
  {
    name: 'profiles create',
    summary: 'Make a profile of your own',
    arguments: [
      { name: 'NAME', help: 'Lower-case letters, digits and hyphens', required: true },
      { name: 'KEY=VALUE', help: 'As slots=2 or kvCacheType=q8_0', rest: true },
    ],
    options: [{ name: 'copy', value: 'PROFILE', help: 'Begin with the values of this one' }],
    examples: ['impetus profiles create review --copy fast slots=2'],
    load: async () => ({ run: (await import('./profiles.ts')).create }),
  },
  {
    name: 'profiles delete',
    summary: 'Delete a profile of your own',
    arguments: [{ name: 'NAME', help: 'As "impetus profiles" shows it', required: true }],
    examples: ['impetus profiles delete review'],
    load: async () => ({ run: (await import('./profiles.ts')).remove }),
  },
  {
    name: 'profiles show',
    summary: 'Show with what values a model is loaded and asked',
    arguments: [{ name: 'MODEL', help: 'A model of "impetus models"', required: true }],
    examples: ['impetus profiles show impetus-mini'],
    load: async () => ({ run: (await import('./profiles.ts')).configuration }),
  },
  {
    name: 'search',
    summary: 'Search the hub for models; OWNER/NAME shows the files of one',
    arguments: [{ name: 'TEXT', help: 'Words of the name, or the whole OWNER/NAME of a model', rest: true }],
    options: [
      { name: 'author', value: 'NAME', help: 'Only models of this account' },
      { name: 'tag', value: 'TAGS', help: 'Only models with all of these tags: en,license:mit' },
      { name: 'format', value: 'NAME', help: 'gguf (the default), safetensors, mlx or any' },
      { name: 'min', value: 'NUMBER', help: 'Thousand million weights at least' },
      { name: 'max', value: 'NUMBER', help: 'Thousand million weights at most' },
      { name: 'sort', value: 'ORDER', help: 'trending (the default), downloads, likes or updated' },
      { name: 'limit', value: 'NUMBER', help: 'Results at most (default 20)' },
    ],
    examples: ['impetus search qwen coder --max 8', 'impetus search ggml-org/gemma-3-1b-it-GGUF'],
    load: () => import('./search.ts'),
  },
  {
    name: 'pull',
    summary: 'Fetch a model; Ctrl-C pauses, the same command goes on',
    arguments: [
      {
        name: 'REFERENCE',
        help: 'hf:OWNER/NAME:Q4_K_M, hf:OWNER/NAME/FILE.gguf, or an https URL of a .gguf file',
        required: true,
      },
    ],
    options: [
      { name: 'detach', short: 'd', help: 'Only start it; "impetus downloads" shows how far it is' },
      { name: 'sha256', value: 'HEX', help: 'What the file of a plain URL must hash to' },
    ],
    examples: [
      'impetus pull hf:ggml-org/gemma-3-1b-it-GGUF:Q4_K_M',
      'impetus pull https://example.org/m.gguf',
    ],
    load: () => import('./pull.ts'),
  },
  {
    name: 'downloads',
    summary: 'List the downloads',
    examples: ['impetus downloads'],
    load: () => import('./downloads.ts'),
  },
  ...(
    [
      ['pause', 'Stop a download and keep what is there'],
      ['resume', 'Go on with a paused download'],
      ['cancel', 'Stop a download and delete what is there'],
      ['retry', 'Try a failed or cancelled download again'],
      ['remove', 'Take a download off the list; a finished model stays'],
    ] as const
  ).map(([word, summary]) => ({
    name: `downloads ${word}`,
    summary,
    arguments: [{ name: 'ID', help: 'As "impetus downloads" shows it', required: true as const }],
    examples: [`impetus downloads ${word} dl_5f0c2a9be1d34467`],
    load: async () => ({ run: (await import('./downloads.ts')).commandRun(word) }),
  })),
  {
    name: 'hub',
    summary: 'Show which hub is asked, and whether there is a token for gated models',
    examples: ['impetus hub'],
    load: () => import('./hub.ts'),
  },
  {
    name: 'hub login',
    summary: 'Keep an access token of your account on the hub, for gated models',
    examples: ['impetus hub login', 'impetus hub login < token.txt'],
    load: async () => ({ run: (await import('./hub.ts')).login }),
  },
  {
    name: 'hub logout',
    summary: 'Forget the access token',
    examples: ['impetus hub logout'],
    load: async () => ({ run: (await import('./hub.ts')).logout }),
  },
  {
    name: 'convert',
    summary: 'Make a GGUF file of a SafeTensors, MLX or PyTorch model; Ctrl-C cancels',
    arguments: [{ name: 'MODEL', help: 'Its folder, or the id of one that was found', required: true }],
    options: [
      { name: 'to', value: 'TYPE', help: 'F16 (the default), BF16 or Q8_0' },
      { name: 'name', value: 'NAME', help: 'Of the file; by default the model’s and the type' },
      { name: 'dry-run', help: 'Only say what it is, and whether it can be converted' },
    ],
    examples: ['impetus convert ~/Downloads/Qwen3-0.6B', 'impetus convert ./my-model --to Q8_0 --name mine'],
    load: () => import('./convert.ts'),
  },
  {
    name: 'stop',
    summary: 'End the running server',
    options: [{ name: 'now', help: 'Without waiting for running answers' }],
    examples: ['impetus stop'],
    load: () => import('./stop.ts'),
  },
  {
    name: 'logs',
    summary: 'Show the log',
    options: [
      { name: 'follow', short: 'f', help: 'Keep showing new lines' },
      { name: 'lines', short: 'n', value: 'NUMBER', help: 'Lines to begin with (default 50)' },
      { name: 'audit', help: 'The audit log: refused callers, changed settings, loads and crashes' },
    ],
    examples: ['impetus logs -f', 'impetus logs --json -n 1000'],
    load: () => import('./logs.ts'),
  },
  {
    name: 'open',
    summary: 'Open the dashboard, signed in',
    options: [{ name: 'print', help: 'Only print the link' }],
    examples: ['impetus open', 'impetus open --print'],
    load: () => import('./open.ts'),
  },
  {
    name: 'connect',
    summary: 'Show what to paste into an editor, agent or library; without a client, list them',
    arguments: [{ name: 'CLIENT', help: 'As "impetus connect" lists it' }],
    options: [
      { name: 'model', value: 'ID', help: 'Instead of the default model' },
      { name: 'key', value: 'KEY', help: 'An API key, where one is required' },
      { name: 'new-key', help: 'Make an API key for this client' },
      {
        name: 'write',
        help: 'Write the settings into the client’s file; what is there stays, with a copy beside it',
      },
      { name: 'file', value: 'PATH', help: 'Write into this file' },
    ],
    examples: ['impetus connect', 'impetus connect continue', 'impetus connect opencode --write'],
    load: () => import('./connect/connect.ts'),
  },
  {
    name: 'keys',
    summary: 'List the API keys',
    examples: ['impetus keys'],
    load: () => import('./keys.ts'),
  },
  {
    name: 'keys create',
    summary: 'Make an API key; it is shown once',
    arguments: [{ name: 'NAME', help: 'What it is for', required: true }],
    options: [
      { name: 'admin', help: 'May change settings, keys and models too' },
      { name: 'days', value: 'NUMBER', help: 'Ends by itself after so many days' },
    ],
    examples: ['impetus keys create "Work laptop"', 'impetus keys create backup-script --days 30'],
    load: () => import('./keys-create.ts'),
  },
  {
    name: 'keys revoke',
    summary: 'End an API key at once',
    arguments: [{ name: 'ID', help: 'As "impetus keys" shows it', required: true }],
    examples: ['impetus keys revoke key_3fJ2'],
    load: () => import('./keys-revoke.ts'),
  },
  {
    name: 'doctor',
    summary: 'Check this machine and this home, and say how to mend what is wrong',
    examples: ['impetus doctor'],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'install-cli',
    summary: 'Put the impetus command on your PATH',
    options: [
      { name: 'folder', value: 'PATH', help: 'Where to put it, instead of the first fitting folder' },
    ],
    examples: ['impetus install-cli', 'impetus install-cli --folder ~/bin'],
    load: () => import('./install-cli.ts'),
  },
  {
    name: 'version',
    summary: 'Show the version',
    examples: ['impetus version'],
    load: () => import('./version.ts'),
  },
]
