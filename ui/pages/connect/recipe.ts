export interface Place {
  /** `http://127.0.0.1:4673` */
  readonly address: string
  readonly model: string
  readonly needsKey: boolean
}

export const clients = ['curl', 'Python', 'TypeScript', 'Zed', 'Continue'] as const
export type Client = (typeof clients)[number]

/** What a person pastes into a client, with the values of this very server. Pure. */
export function recipe(client: Client, { address, model, needsKey }: Place): string {
  // Clients that insist on a key get one that means nothing, where none is needed.
  const key = needsKey ? 'YOUR_KEY' : 'unused'
  const base = `${address}/v1`
  switch (client) {
    case 'curl':
      return [
        `curl ${base}/chat/completions \\`,
        ...(needsKey ? [`  -H 'Authorization: Bearer ${key}' \\`] : []),
        `  -H 'Content-Type: application/json' \\`,
        `  -d '${JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] })}'`,
      ].join('\n')
    case 'Python':
      return [
        'from openai import OpenAI',
        '',
        `client = OpenAI(base_url="${base}", api_key="${key}")`,
        'answer = client.chat.completions.create(',
        `    model="${model}",`,
        '    messages=[{"role": "user", "content": "Hello!"}],',
        ')',
        'print(answer.choices[0].message.content)',
      ].join('\n')
    case 'TypeScript':
      return [
        "import OpenAI from 'openai'",
        '',
        `const client = new OpenAI({ baseURL: '${base}', apiKey: '${key}' })`,
        'const answer = await client.chat.completions.create({',
        `  model: '${model}',`,
        "  messages: [{ role: 'user', content: 'Hello!' }],",
        '})',
        'console.log(answer.choices[0]?.message.content)',
      ].join('\n')
    case 'Zed':
      return JSON.stringify(
        {
          language_models: {
            openai_compatible: {
              Impetus: { api_url: base, available_models: [{ name: model, max_tokens: 32768 }] },
            },
          },
        },
        null,
        2,
      )
    case 'Continue':
      return [
        'models:',
        '  - name: Impetus',
        '    provider: openai',
        `    model: ${model}`,
        `    apiBase: ${base}`,
        `    apiKey: ${key}`,
      ].join('\n')
  }
}
