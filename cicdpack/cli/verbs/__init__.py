"""One function a verb: arguments -> request, report -> screen, and the exit code. Imported when the verb is called."""
