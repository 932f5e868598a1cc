import type { Tool } from '../../engine/engine.ts'

/** Answers as the families write them, for tests: what a model says, and what it means. */
export interface Sample {
  readonly format: string
  readonly answer: string
  readonly text?: string
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[]
}

export const sampleTools: readonly Tool[] = [
  {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer' },
        units: { enum: ['metric', 'imperial'] },
        detail: { type: 'object', properties: { wind: { type: 'boolean' } } },
      },
      required: ['city'],
    },
  },
  { name: 'list_files', parameters: { type: 'object', properties: {} } },
]

const bern = { name: 'get_weather', arguments: { city: 'Bern', days: 3 } }
const oslo = { name: 'get_weather', arguments: { city: 'Oslo "N"\n', detail: { wind: true } } }
const files = { name: 'list_files', arguments: {} }

export const samples: readonly Sample[] = [
  {
    format: 'hermes',
    answer:
      'Let me look.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}}\n</tool_call>\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo \\"N\\"\\n", "detail": {"wind": true}}}\n</tool_call>',
    text: 'Let me look.',
    calls: [bern, oslo],
  },
  {
    format: 'hermes',
    answer: '<tool_call>{"arguments": {"city":"Bern","days":3}, "name": "get_weather"}</tool_call>',
    calls: [bern],
  },
  {
    format: 'hermes',
    answer:
      '<tool_call>[{"name":"list_files","arguments":{}},{"name":"get_weather","arguments":{"city":"Bern","days":3}}]</tool_call>',
    calls: [files, bern],
  },
  {
    format: 'hermes',
    answer:
      '<tool_call>{"type":"function","function":{"name":"get_weather","arguments":"{\\"city\\":\\"Bern\\",\\"days\\":3}"}}</tool_call>',
    calls: [bern],
  },
  { format: 'hermes', answer: '<tool_call>{"name": "list_files"}</tool_call>', calls: [files] },
  { format: 'hermes', answer: '<tool_call>{"name": "list_files", "arguments": null}', calls: [files] },
  {
    format: 'qwen3-coder',
    answer:
      '<tool_call>\n<function=get_weather>\n<parameter=city>\nBern\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo "N"\n\n</parameter>\n<parameter=detail>\n{"wind": true}\n</parameter>\n</function>\n</tool_call>',
    calls: [bern, oslo],
  },
  {
    format: 'qwen3-coder',
    answer: '<tool_call>\n<function=list_files>\n</function>\n</tool_call>',
    calls: [files],
  },
  {
    format: 'seed-oss',
    answer:
      '<seed:tool_call>\n<function=get_weather>\n<parameter=city>Bern</parameter>\n<parameter=days>3</parameter>\n</function>\n</seed:tool_call>',
    calls: [bern],
  },
  {
    format: 'minimax-m2',
    answer:
      '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Bern</parameter>\n<parameter name="days">3</parameter>\n</invoke>\n<invoke name="list_files">\n</invoke>\n</minimax:tool_call>',
    calls: [bern, files],
  },
  {
    format: 'minimax-m1',
    answer:
      '<tool_calls>\n{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}}\n{"name": "list_files", "arguments": {}}\n</tool_calls>',
    calls: [bern, files],
  },
  {
    format: 'apriel',
    answer:
      '<tool_calls>[{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}, "id": "call00001"}]</tool_calls>',
    calls: [bern],
  },
  {
    format: 'apertus',
    answer:
      '<|tools_prefix|>[{"get_weather": {"city": "Bern", "days": 3}}, {"list_files": {}}]<|tools_suffix|>',
    calls: [bern, files],
  },
  {
    format: 'nemotron',
    answer:
      '<TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}}, {"name": "list_files", "arguments": {}}]</TOOLCALL>',
    calls: [bern, files],
  },
  {
    format: 'minicpm',
    answer:
      '<function name="get_weather"><param name="city">Bern</param><param name="days">3</param></function>\n<function name="list_files"></function>',
    calls: [bern, files],
  },
  {
    format: 'glm-4.5',
    answer:
      'One moment.\n<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Bern</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>\n<tool_call>list_files\n</tool_call>',
    text: 'One moment.',
    calls: [bern, files],
  },
  {
    format: 'glm-4.5',
    answer:
      '<tool_call>get_weather<arg_key>city</arg_key><arg_value>Bern</arg_value><arg_key>days</arg_key><arg_value>3</arg_value></tool_call>',
    calls: [bern],
  },
  {
    format: 'hunyuan',
    answer:
      '<tool_calls:opensource>\n<tool_call:opensource>get_weather<tool_sep:opensource>\n<arg_key:opensource>city</arg_key:opensource>\n<arg_value:opensource>Bern</arg_value:opensource>\n<arg_key:opensource>days</arg_key:opensource>\n<arg_value:opensource>3</arg_value:opensource>\n</tool_call:opensource>\n</tool_calls:opensource>',
    calls: [bern],
  },
  {
    format: 'llama-3',
    answer: '{"name": "get_weather", "parameters": {"city": "Bern", "days": 3}}',
    calls: [bern],
  },
  {
    format: 'llama-3',
    answer:
      '<|python_tag|>{"type": "function", "name": "get_weather", "parameters": {"city": "Bern", "days": 3}}; {"name": "list_files", "parameters": {}}',
    calls: [bern, files],
  },
  { format: 'llama-3', answer: '<|python_tag|>get_weather.call(city="Bern", days=3)', calls: [bern] },
  {
    format: 'functionary',
    answer: '<function=get_weather>{"city": "Bern", "days": 3}</function><function=list_files>{}</function>',
    calls: [bern, files],
  },
  {
    format: 'mistral-old',
    answer:
      '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}, "id": "abcdef123"}, {"name": "list_files", "arguments": {}, "id": "abcdef124"}]',
    calls: [bern, files],
  },
  {
    format: 'mistral',
    answer: '[TOOL_CALLS]get_weather[ARGS]{"city": "Bern", "days": 3}[TOOL_CALLS]list_files[ARGS]{}',
    calls: [bern, files],
  },
  { format: 'mistral', answer: '[TOOL_CALLS]get_weather{"city": "Bern", "days": 3}', calls: [bern] },
  {
    format: 'mistral-id',
    answer: '[TOOL_CALLS]get_weather[CALL_ID]abcdef123[ARGS]{"city": "Bern", "days": 3}',
    calls: [bern],
  },
  {
    format: 'deepseek-r1',
    answer:
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Bern", "days": 3}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>list_files\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: [bern, files],
  },
  {
    format: 'deepseek-v3.1',
    answer:
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Bern", "days": 3}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: [bern],
  },
  {
    format: 'deepseek-v3.2',
    answer:
      '<｜DSML｜function_calls>\n<｜DSML｜invoke name="get_weather">\n<｜DSML｜parameter name="city" string="true">Bern</｜DSML｜parameter>\n<｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    calls: [bern],
  },
  {
    format: 'deepseek-v4',
    answer:
      '<｜DSML｜tool_calls>\n<｜DSML｜invoke name="list_files">\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>',
    calls: [files],
  },
  {
    format: 'kimi-k2',
    answer:
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Bern", "days": 3}<|tool_call_end|><|tool_calls_section_end|>',
    calls: [bern],
  },
  {
    format: 'solar-open',
    answer:
      '<|tool_calls|><|tool_call:begin|>abcdefghij<|tool_call:name|>get_weather<|tool_call:args|>{"city": "Bern", "days": 3}<|tool_call:end|>',
    calls: [bern],
  },
  {
    format: 'command-r',
    answer:
      'I will look.<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Bern", "days": 3}},\n    {"tool_call_id": "1", "tool_name": "list_files", "parameters": {}}\n]<|END_ACTION|>',
    text: 'I will look.',
    calls: [bern, files],
  },
  {
    format: 'command-r-plus',
    answer:
      'Action: ```json\n[\n    {\n        "tool_name": "get_weather",\n        "parameters": {"city": "Bern", "days": 3}\n    }\n]```',
    calls: [bern],
  },
  {
    format: 'phi-4',
    answer: '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}}]<|/tool_call|>',
    calls: [bern],
  },
  {
    format: 'granite',
    answer: '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}}]',
    calls: [bern],
  },
  {
    format: 'functools',
    answer: ' functools[{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}}]',
    calls: [bern],
  },
  {
    format: 'gigachat',
    answer: '<|function_call|>{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}}',
    calls: [bern],
  },
  {
    format: 'gigachat-3.0',
    answer:
      '<|message_sep|>\n\nfunction call<|role_sep|>\n{"name": "get_weather", "arguments": {"city": "Bern", "days": 3}}',
    calls: [bern],
  },
  {
    format: 'gemma',
    answer: "```tool_code\nget_weather(city='Bern', days=3)\nlist_files()\n```",
    calls: [bern, files],
  },
  {
    format: 'function-gemma',
    answer: '<start_function_call>call:get_weather{city:<escape>Bern<escape>,days:3}<end_function_call>',
    calls: [bern],
  },
  {
    format: 'gemma-4',
    answer:
      '<|tool_call>call:get_weather{city:<|"|>Bern<|"|>,days:3}<tool_call|><|tool_call>call:get_weather{city:<|"|>Oslo "N"\n<|"|>,detail:{wind:true}}<tool_call|>',
    calls: [bern, oslo],
  },
  {
    format: 'lfm2',
    answer: '<|tool_call_start|>[get_weather(city="Bern", days=3), list_files()]<|tool_call_end|>',
    calls: [bern, files],
  },
  {
    format: 'olmo',
    answer: '<function_calls>\nget_weather(city="Oslo \\"N\\"\\n", detail={"wind": True})\n</function_calls>',
    calls: [oslo],
  },
  { format: 'pythonic', answer: '[get_weather(city="Bern", days=3), list_files()]', calls: [bern, files] },
  { format: 'pythonic', answer: '[get_weather("Bern", days=3), list_files()]', calls: [bern, files] },
  {
    format: 'harmony',
    answer:
      '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Bern", "days": 3}<|call|>',
    calls: [bern],
  },
  {
    format: 'harmony',
    answer:
      '<|channel|>commentary<|message|>One moment.<|end|><|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>{"city": "Bern", "days": 3}',
    text: 'One moment.',
    calls: [bern],
  },
  {
    format: 'recipients',
    answer: 'all\nOne moment.>>>get_weather\n{"city": "Bern", "days": 3}>>>list_files\n{}',
    text: 'One moment.',
    calls: [bern, files],
  },
]
