"""How long cicdpack takes and how much memory, beside the tools that people use today: `python -m benchmarks`.

Everything is measured in one run on one machine, ours and theirs in turn, and judged by ratios: seconds are for the
machine at hand, a ratio travels. Nothing in here is a test; no build fails because a machine was busy.
"""
