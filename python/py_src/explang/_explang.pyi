from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final, Literal, Self, TypeAlias, final

_Extraction: TypeAlias = Literal["after-thinking", "whole-response", "stated"]
_Detector: TypeAlias = Literal["seen", "all"]
_Identifier: TypeAlias = Literal["lingua", "whatlang"]
_TraceText: TypeAlias = Literal["prose", "whole"]
_Text: TypeAlias = str | int | float

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

EXTRACTIONS: Final[tuple[str, ...]]
VARIANTS: Final[tuple[str, ...]]
QUIRKS: Final[tuple[str, ...]]
SEEN: Final[tuple[str, ...]]
UNSEEN: Final[tuple[str, ...]]

@final
class Comparison:
    @property
    def equal(self) -> bool: ...
    @property
    def answer_value(self) -> str | None: ...
    @property
    def gold_value(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    def __bool__(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Scored:
    @property
    def reward(self) -> float: ...
    @property
    def tag(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def detected(self) -> str | None: ...
    @property
    def masked(self) -> bool: ...
    @property
    def forfeits(self) -> bool: ...
    @property
    def format(self) -> float: ...
    @property
    def compliance(self) -> float: ...
    @property
    def verified(self) -> float: ...
    @property
    def diversity(self) -> float: ...
    @property
    def pass_at_k(self) -> float: ...
    @property
    def language_accuracy(self) -> float: ...
    @property
    def english(self) -> float: ...
    @property
    def other_language(self) -> float: ...
    def as_dict(self) -> dict[str, Any]: ...

@final
class Alone:
    def __reduce__(self) -> tuple[Any, tuple[bytes]]: ...
    @classmethod
    def _restore(cls, state: bytes) -> Self: ...

@final
class Reward:
    def __new__(
        cls,
        variant: str = "exploit",
        preset: Literal["paper", "official"] = "paper",
        *,
        scope: Literal["group", "batch"] | None = None,
        answer_scope: _Extraction | None = None,
        truncated: Literal["keep", "penalise", "mask"] | None = None,
        detector: _Detector | None = None,
        identifier: _Identifier | None = None,
        trace_text: _TraceText | None = None,
        pool: Sequence[str] | None = None,
        quirks: Sequence[str] | None = None,
        threads: int | None = None,
    ) -> Self: ...
    def score(
        self,
        responses: Iterable[_Text],
        references: Iterable[_Text],
        *,
        groups: Iterable[Hashable] | None = None,
        truncated: Sequence[bool] | None = None,
    ) -> list[Scored]: ...
    def alone(
        self, responses: Iterable[_Text], references: Iterable[_Text], *, truncated: Sequence[bool] | None = None
    ) -> list[Alone]: ...
    def together(self, alone: Sequence[Alone], *, groups: Iterable[Hashable] | None = None) -> list[Scored]: ...
    @property
    def variant(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def truncated(self) -> str: ...
    @property
    def pool(self) -> list[str]: ...

def verify(answer: _Text, gold: _Text, *, extraction: _Extraction = "stated") -> bool: ...
def compare(answer: _Text, gold: _Text, *, extraction: _Extraction = "stated") -> Comparison: ...
def extract(text: _Text, *, extraction: _Extraction = "stated") -> str | None: ...
def verify_batch(
    answers: Iterable[_Text], golds: Iterable[_Text], *, extraction: _Extraction = "stated", threads: int | None = None
) -> list[bool]: ...
def compare_batch(
    answers: Iterable[_Text], golds: Iterable[_Text], *, extraction: _Extraction = "stated", threads: int | None = None
) -> list[Comparison]: ...
def identify(
    text: _Text, *, detector: _Detector = "all", identifier: _Identifier = "lingua", trace_text: _TraceText = "prose"
) -> str | None: ...
def identify_batch(
    texts: Iterable[_Text],
    *,
    detector: _Detector = "all",
    identifier: _Identifier = "lingua",
    trace_text: _TraceText = "prose",
    threads: int | None = None,
) -> list[str | None]: ...
def forced_prefix(language: str) -> str: ...
