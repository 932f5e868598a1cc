"""Renders chat templates with Python's own Jinja, set up as Transformers does it.

Reads {"now": iso time, "templates": {name: {"source": text, "cases": {case: variables}}}} and writes
{name: {case: {"text": ...} or {"error": ..., }, plus "deviates": [...]}}. What it does otherwise than Transformers is
said in "deviates", and only where the template does not render at all or renders nonsense without it:
  tools    None became [], because the template goes through tools without asking whether there are any
  mutable  lists may be changed, which Transformers' sandbox forbids
  markup   "|safe" marks nothing, so that what is joined to it is not escaped for HTML
"""

import json
import sys
from datetime import datetime

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment


class Generation(Extension):
    """{% generation %} marks the assistant's part for training; it renders as its content."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_content"), [], [], body).set_lineno(line)

    def _content(self, caller):
        return caller()


def environment(now, deviates):
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
        )

    kind = SandboxedEnvironment if "mutable" in deviates else ImmutableSandboxedEnvironment
    made = kind(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    made.filters["tojson"] = tojson
    if "markup" in deviates:
        made.filters["safe"] = lambda value: value
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = now.strftime
    return made


def render(source, variables, now, deviates):
    if "tools" in deviates and variables["tools"] is None:
        variables = {**variables, "tools": []}
    return environment(now, deviates).from_string(source).render(**variables)


def attempts():
    yield []
    yield ["tools"]
    yield ["mutable"]
    yield ["markup"]
    yield ["tools", "markup"]


def case(source, variables, now):
    first = None
    for deviates in attempts():
        try:
            text = render(source, variables, now, deviates)
        except Exception as error:  # a template may fail in any way
            first = first or {"error": str(error)[:100]}
            continue
        if "&#34;" in text:
            continue
        return {"text": text, **({"deviates": deviates} if deviates else {})}
    return first


def main():
    given = json.load(sys.stdin)
    now = datetime.fromisoformat(given["now"])
    json.dump(
        {
            name: {each: case(template["source"], variables, now) for each, variables in template["cases"].items()}
            for name, template in given["templates"].items()
        },
        sys.stdout,
    )


main()
