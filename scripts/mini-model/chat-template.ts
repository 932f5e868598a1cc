/**
 * The model's chat template (Jinja): ChatML, with one line a tool and calls in the Hermes manner. dialogue.ts renders
 * the same text for training; chat-template.test.ts compares the two.
 */
export const chatTemplate = `{%- macro kind(schema) -%}
{%- if schema.enum %}{{ schema.enum | join('|') }}
{%- elif schema.type == 'array' and schema['items'] and schema['items'].type %}{{ schema['items'].type }}[]
{%- elif schema.type is string %}{{ schema.type }}
{%- else %}any{%- endif %}
{%- endmacro -%}
{%- set system = messages[0].content if messages and messages[0].role in ['system', 'developer'] else '' -%}
{%- if system or tools %}
{{- '<|im_start|>system\\n' + system }}
{%- if tools %}
{{- ('\\n' if system else '') + '<tools>\\n' }}
{%- for tool in tools %}
{%- set function = tool.function if tool.function else tool %}
{{- function.name + '(' }}
{%- if function.parameters and function.parameters.properties %}
{%- for name, schema in function.parameters.properties.items() %}
{{- name + ('' if function.parameters.required and name in function.parameters.required else '?') + ': ' + kind(schema) + (', ' if not loop.last else '') }}
{%- endfor %}
{%- endif %}
{{- ')' + (' ' + function.description if function.description else '') + '\\n' }}
{%- endfor %}
{{- '</tools>' }}
{%- endif %}
{{- '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
{%- if loop.first and message.role in ['system', 'developer'] %}
{%- else %}
{{- '<|im_start|>' + ('system' if message.role == 'developer' else message.role) + '\\n' }}
{%- if message.content %}{{- message.content }}{%- endif %}
{%- for call in message.tool_calls or [] %}
{%- set function = call.function if call.function else call %}
{{- '<tool_call>{"name":"' + function.name + '","arguments":' }}
{%- if function.arguments is string %}{{- function.arguments or '{}' }}{%- else %}{{- function.arguments | tojson }}{%- endif %}
{{- '}</tool_call>' }}
{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}`
