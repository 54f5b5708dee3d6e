"""A branch that was pushed -> one open pull or merge request for it, by the REST APIs of three platforms.

What is asked and what the answers mean is pure (`github`, `azure`, `gitlab`, `wording`, `places`); only `transport`
talks to anybody. Knows nothing of bundles, plans, files and git's own commands. A token is never part of a message.
"""
