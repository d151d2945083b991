"""What the processes of a distributed training tell each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def exchange(work: Callable[[], Any]) -> tuple[list[Any], int]:
    """Does `work` in every process; what each made of it, in the order of their ranks, and the rank of this one.

    Where it fails in one process it fails in all: otherwise the rest would wait for that one forever.
    """
    state = _state()
    if state is None:
        return [work()], 0
    from accelerate.utils import gather_object

    failure: Exception | None = None
    own: tuple[str | None, Any]
    try:
        own = (None, work())
    except Exception as error:
        failure = error
        own = (f"{type(error).__name__}: {error}", None)
    everyone = gather_object([own])
    if failure is not None:
        raise failure
    for rank, (message, _) in enumerate(everyone):
        if message is not None:
            raise RuntimeError(f"the reward failed in process {rank}: {message}")
    return [result for _, result in everyone], state.process_index


def _state() -> Any:
    """The state of a training of several processes; None of one alone."""
    try:
        from accelerate.state import PartialState
    except ImportError:
        return None
    # Asking for the state would begin a distributed one where the trainer has not.
    if not PartialState._shared_state:
        return None
    state = PartialState()
    return state if state.num_processes > 1 else None
