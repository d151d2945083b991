#!/usr/bin/env python3
"""Merges the adapter that `trl sft` writes into its base: `merge.py ADAPTER OUT`.

The reference of TRL's KL for an adapter is the base model. The paper's is the checkpoint that exploit starts from, so RL trains a merged one.
"""

import sys

from peft import AutoPeftModelForCausalLM
from transformers import AutoTokenizer

adapter, out = sys.argv[1:]
AutoPeftModelForCausalLM.from_pretrained(adapter, dtype="auto").merge_and_unload().save_pretrained(out)
AutoTokenizer.from_pretrained(adapter).save_pretrained(out)
