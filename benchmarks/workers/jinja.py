"""Parse, compile and render N pipelines with Jinja2: `python -m benchmarks.workers.jinja N`, in the peers' Python."""

from __future__ import annotations

import sys
from importlib import import_module

from benchmarks.material import JINJA, PARAMETERS, rendered, template
from benchmarks.workers.serve import serve

if __name__ == "__main__":
    texts = [template(number, JINJA) for number in range(1, int(sys.argv[1]) + 1)]
    # By name, so that a type checker does not look for it in our own environment.
    jinja2 = import_module("jinja2")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)

    def work() -> list[str]:
        """The environment is kept, `from_string` keeps no templates."""
        return [environment.from_string(text).render(PARAMETERS) for text in texts]

    assert work() == [rendered(number) for number in range(1, len(texts) + 1)]
    serve(work)
