"""Reports -> lines of text, and reports -> JSON values. Pure: nothing here prints."""
