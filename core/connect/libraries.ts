import { type Recipe, text } from './recipe.ts'

const curl: Recipe = ({ base, model, key, needsKey }) => ({
  id: 'curl',
  name: 'curl',
  uses: '/v1/chat/completions',
  parts: [
    text('In a terminal', 'sh', [
      `curl ${base}/chat/completions \\`,
      ...(needsKey ? [`  -H 'Authorization: Bearer ${key}' \\`] : []),
      `  -H 'Content-Type: application/json' \\`,
      `  -d '${JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] })}'`,
    ]),
  ],
  notes: [],
})

const python: Recipe = ({ base, model, key }) => ({
  id: 'python',
  name: 'Python',
  uses: '/v1/chat/completions',
  parts: [
    text('With the package openai', 'python', [
      'from openai import OpenAI',
      '',
      `client = OpenAI(base_url="${base}", api_key="${key}")`,
      'answer = client.chat.completions.create(',
      `    model="${model}",`,
      '    messages=[{"role": "user", "content": "Hello!"}],',
      ')',
      'print(answer.choices[0].message.content)',
    ]),
  ],
  notes: [],
})

const typeScript: Recipe = ({ base, model, key }) => ({
  id: 'typescript',
  name: 'TypeScript',
  uses: '/v1/chat/completions',
  parts: [
    text('With the package openai', 'ts', [
      "import OpenAI from 'openai'",
      '',
      `const client = new OpenAI({ baseURL: '${base}', apiKey: '${key}' })`,
      'const answer = await client.chat.completions.create({',
      `  model: '${model}',`,
      "  messages: [{ role: 'user', content: 'Hello!' }],",
      '})',
      'console.log(answer.choices[0]?.message.content)',
    ]),
  ],
  notes: [],
})

const langChain: Recipe = ({ base, model, key }) => ({
  id: 'langchain',
  name: 'LangChain',
  uses: '/v1/chat/completions',
  parts: [
    text('With the package langchain-openai', 'python', [
      'from langchain_openai import ChatOpenAI',
      '',
      `llm = ChatOpenAI(base_url="${base}", api_key="${key}", model="${model}")`,
      'print(llm.invoke("Hello!").content)',
    ]),
  ],
  notes: ['ChatOpenAI leaves out what a model thinks (reasoning_content).'],
})

/** For programs of one's own. */
export const libraries: readonly Recipe[] = [curl, python, typeScript, langChain]
