"""Arguments -> request; report -> text or JSON; the exit code. The only place that prints or exits."""
