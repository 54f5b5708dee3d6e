"""One verb per file: request -> report. Prints nothing, exits never, knows no Typer and no Rich."""
