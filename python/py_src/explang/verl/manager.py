"""verl's reward manager that judges responses for `explang.verl.sampler`."""

from __future__ import annotations

from typing import Any

from omegaconf import OmegaConf
from verl.experimental.reward_loop.reward_manager.base import RewardManagerBase

from .judgement import Judge, check


class RewardManager(RewardManagerBase):
    """Judges a response from its token ids, with its special tokens; the sampler pays it.

    Options are those of `explang.Reward`, and `prefix`; they stand in `reward.custom_reward_function.reward_kwargs`.
    """

    def __init__(
        self, config: Any, tokenizer: Any, compute_score: Any, reward_router_address: Any = None, reward_model_tokenizer: Any = None
    ) -> None:
        super().__init__(config, tokenizer, compute_score)
        check(config)
        options = config.reward.custom_reward_function.get("reward_kwargs") or OmegaConf.create({})
        self.judge = Judge(tokenizer, OmegaConf.to_container(options, resolve=True))

    async def run_single(self, data: Any) -> dict[str, Any]:
        """The judgement of the last of a response's outputs, in a thread, as verl's own managers decode."""
        row = data[-1:][0]
        responses = row.batch["responses"]
        length = int(row.batch["attention_mask"][-responses.shape[-1] :].sum())
        ids = responses[:length].tolist()
        reference = row.non_tensor_batch["reward_model"]["ground_truth"]
        info = await self.loop.run_in_executor(None, self.judge.judged, ids, reference)
        return {"reward_score": info["score"], "reward_extra_info": info}
