"""Is this answer mathematically the reference?

>>> from explang_verify import compare, extract, verify
>>> verify("So it is \\\\boxed{0.5}.", "1/2")
True
>>> extract("So it is \\\\boxed{0.5}.")
'0.5'
>>> compare("So it is \\\\boxed{0.5}.", "1/3").reason
'different values'

Answers and references are text or LaTeX. Numbers are compared as exact fractions, expressions by their value at several points.
Nothing here uses a signal, a clock or a subprocess, so all of it works in any thread; no answer takes more than 50 ms.
"""

from ._explang_verify import EXTRACTIONS, Comparison, compare, compare_batch, extract, verify, verify_batch

__all__ = ["EXTRACTIONS", "Comparison", "compare", "compare_batch", "extract", "verify", "verify_batch"]
