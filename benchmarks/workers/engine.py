"""Parse and execute N pipelines with cicdpack's engine: `python -m benchmarks.workers.engine N`."""

from __future__ import annotations

import sys

from benchmarks.material import GO, PARAMETERS, rendered, template
from benchmarks.workers.serve import serve
from cicdpack.gotemplate.template import TemplateSet

if __name__ == "__main__":
    texts = [template(number, GO) for number in range(1, int(sys.argv[1]) + 1)]
    empty = TemplateSet.new()
    data = dict(PARAMETERS)

    def work() -> list[str]:
        """Nothing is kept from one run to the next: each text is parsed anew."""
        return [empty.parse("pipeline", text).execute("pipeline", data).text for text in texts]

    assert work() == [rendered(number) for number in range(1, len(texts) + 1)]
    serve(work)
