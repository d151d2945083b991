"""The reward function in two processes, one of which has a row that it refuses: each writes its error to FOLDER/error-RANK."""

import sys
from pathlib import Path

from accelerate import PartialState

from explang.trl import language_reward

state = PartialState(cpu=True)
answer = [1] if state.process_index == 1 else 1
try:
    language_reward("explore")(prompts=["p"], completions=["c"], answer=[answer])
except Exception as error:
    Path(sys.argv[1], f"error-{state.process_index}").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
# A thread of gloo may hold the last tensor of the exchange a little longer than this process does. It frees it here; after Python's end it
# would abort the process.
state.destroy_process_group()
