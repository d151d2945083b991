"""A language model's server as verl's agent loops call it, without a GPU: it samples from a checkpoint."""

import threading
from functools import cache

import torch
from transformers import AutoModelForCausalLM
from verl.workers.rollout.replica import TokenOutput

LOCK = threading.Lock()


@cache
def _model(folder):
    torch.set_num_threads(1)
    return AutoModelForCausalLM.from_pretrained(folder)


class Engine:
    """Samples from the checkpoint in a folder; fails where a prompt has `failing` among its tokens, for its first response."""

    def __init__(self, folder, eos, seed=3, failing=None):
        self.folder, self.eos, self.seed, self.failing = folder, eos, seed, failing
        self.failed = False

    async def generate(self, request_id, prompt_ids, sampling_params, **_):
        if self.failing is not None and self.failing in prompt_ids and not self.failed:
            self.failed = True
            raise RuntimeError("the engine lost a request")
        with LOCK, torch.no_grad():
            self.seed += 1
            torch.manual_seed(self.seed * 1000 + sum(prompt_ids))
            ids = torch.tensor([prompt_ids])
            whole = _model(self.folder).generate(ids, max_new_tokens=40, do_sample=True, temperature=sampling_params["temperature"])
        new = whole[0, len(prompt_ids) :].tolist()
        return TokenOutput(token_ids=new[: new.index(self.eos) + 1] if self.eos in new else new)
