import { expect, test } from 'vitest'
import { JinjaTemplate } from './jinja.ts'

/** What Python's Jinja makes of each; see scripts/templates/reference.py for whole templates. */
test.each([
  [
    '{{ {"a": [1, 2.5, "x\'y"], "b": none, "c": true} | string }}',
    `{'a': [1, 2.5, "x'y"], 'b': None, 'c': True}`,
  ],
  ['{{ "a" | string }}{{ 1 | string }}', 'a1'],
  ['{{ [3, 1, 2] | min }}{{ [3, 1, 2] | max }}', '13'],
  [
    '{% set x = {512: "b", 16: "a"} %}{% for k, v in x | dictsort %}{{ k }}{{ v }}{% if k < 100 %}!{% endif %}{% endfor %}',
    '16a!512b',
  ],
  ['{% for k, v in {"b": 1, "A": 2} | dictsort %}{{ k }}{{ v }}{% endfor %}', 'A2b1'],
  ['{% for a, b in [("x", 1), ("y", 2)] %}{{ a }}{{ b }}{% endfor %}', 'x1y2'],
  [
    '{% set n = namespace(q=[]) %}{% set _ = n.q.append({"a": 1}) %}{% set _ = n.q.append("b") %}{{ n.q[0].a }}{{ n.q.pop(0).a }}{{ n.q | length }}',
    '111',
  ],
  ['{{ "<{}:{}>".format("a", 1) }}{{ "{1}{0}".format("a", "b") }}', '<a:1>ba'],
  ['{{ xs.format }}', 'own'],
  ['{{ true }}{{ nothing }}{{ [true, none, "a"] }}', "True[True, None, 'a']"],
  ['{{ "a" ~ true ~ nothing ~ {"b": 1} }}', "aTrue{'b': 1}"],
  ['{% for k, v in {"items": 1}.items() %}{{ k }}{{ v }}{% endfor %}', 'items1'],
  [
    '{{ nothing | upper }}{{ nothing | length }}{{ nothing | join(",") }}{{ nothing | trim }}{{ " a " | trim | upper }}',
    '0A',
  ],
  ['{% for k, v in nothing | items %}{{ k }}{% endfor %}{{ [3, 1] | sort | join("-") }}', '1-3'],
  ['{% for x in nothing %}{{ x }}{% else %}none{% endfor %}', 'none'],
  ['{% for x in [1, 2, 3] if x > 1 %}{{ x }}{% endfor %}', '23'],
  ['{{ {"a": 1}[nothing] is defined }}{{ {"a": 1}["a"] }}{% set k = "a" %}{{ {"a": 2}[k] }}', 'False12'],
  ['{{ nothing is iterable }}{{ {} is iterable }}{{ 1 is not iterable }}', 'TrueTrueTrue'],
])('%s', (source, text) => {
  expect(new JinjaTemplate(source).render({ xs: { format: 'own' } })).toBe(text)
})
