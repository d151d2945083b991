"""A reward and a verifier for models that choose the language they think in.

>>> from explang import Reward, identify, verify
>>> verify("So it is \\\\boxed{0.5}.", "1/2")
True
>>> identify("Sechs mal sieben ist zweiundvierzig.")
'de'
>>> text = "<lang_select>\\nen\\n</lang_select>\\n<think>\\nThree and four.\\n</think>\\n\\\\boxed{7}"
>>> [scored] = Reward("explore").score([text], [7])
>>> scored.detected, scored.verified
('en', 1.0)

Nothing here uses a signal, a clock or a subprocess, so all of it works in any thread. Scores of a batch are the same however many
threads work on it. Adapters for trainers: `explang.trl`, `explang.verl`.
"""

from ._explang import (
    EXTRACTIONS,
    QUIRKS,
    SEEN,
    UNSEEN,
    VARIANTS,
    Alone,
    Comparison,
    Reward,
    Scored,
    compare,
    compare_batch,
    extract,
    forced_prefix,
    identify,
    identify_batch,
    verify,
    verify_batch,
)

__all__ = [
    "EXTRACTIONS",
    "QUIRKS",
    "SEEN",
    "UNSEEN",
    "VARIANTS",
    "Alone",
    "Comparison",
    "Reward",
    "Scored",
    "compare",
    "compare_batch",
    "extract",
    "forced_prefix",
    "identify",
    "identify_batch",
    "verify",
    "verify_batch",
]
