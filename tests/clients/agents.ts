/** A real agent from npm, and how it is brought to read one file without a person. */
export interface Agent {
  /** Its recipe's name in `impetus connect`. */
  readonly id: string
  readonly package: string
  readonly version: string
  /** Where it asks. */
  readonly route: string
  /** The tool that it offers for reading, with the arguments its schema wants. */
  readonly call: (file: string) => { readonly tool: string; readonly arguments: object }
  /** How its command line begins; absent: with the last line of the recipe. */
  readonly command?: string
  /** What is put behind that, in the words of a shell; `$PROMPT` is the prompt. */
  readonly words: string
  /** Against telemetry and updates. */
  readonly env?: Readonly<Record<string, string>>
  /** Files that are in its home before it is connected: what a recipe must leave alone. */
  readonly had?: Readonly<Record<string, string>>
}

/** The versions that docs/clients.md calls tried. */
export const agents: readonly Agent[] = [
  {
    id: 'cline',
    package: 'cline',
    version: '3.0.65',
    route: '/v1/chat/completions',
    call: file => ({ tool: 'read_files', arguments: { paths: [file] } }),
    command: 'cline -P openai-compatible',
    words: '--timeout 60 "$PROMPT"',
    // Otherwise it leaves a server of its own behind.
    env: { CLINE_SESSION_BACKEND_MODE: 'local', CLINE_NO_AUTO_UPDATE: '1' },
    had: { '.cline/data/settings/global-settings.json': '{"telemetryOptOut":true}\n' },
  },
  {
    id: 'continue',
    package: '@continuedev/cli',
    version: '1.5.47',
    route: '/v1/chat/completions',
    call: file => ({ tool: 'Read', arguments: { filepath: file } }),
    command: 'cn --config ~/.continue/config.yaml',
    words: '--print --readonly "$PROMPT"',
    env: { CONTINUE_TELEMETRY_ENABLED: '0' },
    had: { '.continue/config.yaml': '# Mine\nname: Mine\nversion: 1.0.0\nschema: v1\nmodels: []\n' },
  },
  {
    id: 'opencode',
    package: 'opencode-ai',
    version: '1.18.33',
    route: '/v1/chat/completions',
    call: file => ({ tool: 'read', arguments: { filePath: file } }),
    // A prompt in one word would get quotes around it. It is left open here for the shell to cut.
    words: 'run $PROMPT',
    env: { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' },
    had: { '.config/opencode/opencode.jsonc': '{\n  // mine\n  "share": "disabled",\n}\n' },
  },
  {
    id: 'kilo',
    package: '@kilocode/cli',
    version: '7.7.7',
    route: '/v1/chat/completions',
    call: file => ({ tool: 'read', arguments: { filePath: file } }),
    words: 'run $PROMPT',
    env: { KILO_DISABLE_AUTOUPDATE: '1', KILO_DISABLE_MODELS_FETCH: '1', KILO_TELEMETRY_LEVEL: 'off' },
  },
  {
    id: 'codex',
    package: '@openai/codex',
    version: '0.169.0',
    route: '/v1/responses',
    call: file => ({ tool: 'exec_command', arguments: { cmd: `cat ${file}` } }),
    words: 'exec --skip-git-repo-check --sandbox read-only "$PROMPT"',
    had: { '.codex/config.toml': '[analytics]\nenabled = false\n' },
  },
  {
    id: 'claude-code',
    package: '@anthropic-ai/claude-code',
    version: '2.1.330',
    route: '/v1/messages',
    call: file => ({ tool: 'Read', arguments: { file_path: file } }),
    words: '--print "$PROMPT" --tools Read',
    env: { DISABLE_AUTOUPDATER: '1', DISABLE_TELEMETRY: '1' },
  },
  {
    id: 'qwen-code',
    package: '@qwen-code/qwen-code',
    version: '0.24.4',
    route: '/v1/chat/completions',
    call: file => ({ tool: 'read_file', arguments: { file_path: file } }),
    words: '"$PROMPT"',
    had: { '.qwen/settings.json': '{ "privacy": { "usageStatisticsEnabled": false } } // mine\n' },
  },
  {
    id: 'copilot-cli',
    package: '@github/copilot',
    version: '1.0.102',
    route: '/v1/chat/completions',
    call: file => ({ tool: 'view', arguments: { path: file } }),
    words: '--silent --prompt "$PROMPT" --allow-all-tools',
  },
]
