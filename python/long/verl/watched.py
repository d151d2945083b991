"""The reward manager, and in which process it judged a response."""

import os

from explang.verl.manager import RewardManager


class WatchedManager(RewardManager):
    async def run_single(self, data):
        judged = await super().run_single(data)
        return {**judged, "reward_extra_info": {**judged["reward_extra_info"], "process": os.getpid()}}
