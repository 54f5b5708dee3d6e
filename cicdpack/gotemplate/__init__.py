"""Go `text/template` text + data -> text. Knows nothing of bundles, YAML, files or Databricks."""
