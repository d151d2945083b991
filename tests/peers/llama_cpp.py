#!/usr/bin/env python3
"""A GGUF file in llama.cpp, through PyPI `xllamacpp`.

    llama_cpp.py GGUF [--threads 2]
        Opens the file, prints a JSON line {"ready": true}, and answers JSON lines {"ids": […], "max_new_tokens": …} with
        {"text": …, "tokens": …, "seconds": …}: the greedy continuation, its tokens with the one that ends it, and the time from the question
        to its end.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import time

import xllamacpp


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gguf", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    params = xllamacpp.CommonParams()
    params.model.path = str(args.gguf)
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = args.threads
    params.n_gpu_layers = 0
    params.n_ctx = 1024
    params.n_parallel = 1
    params.warmup = True
    params.verbosity = -1
    server = xllamacpp.Server(params)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        if line.strip() == "quit":
            return
        asked = json.loads(line)
        wanted = {
            "prompt": asked["ids"], "n_predict": asked["max_new_tokens"], "temperature": 0.0, "cache_prompt": False,
            # Greedy, and nothing that would weigh one token against another.
            "samplers": ["temperature"], "repeat_penalty": 1.0,
        }
        started = time.perf_counter()
        answer = server.handle_completions(wanted)
        seconds = time.perf_counter() - started
        answer = json.loads(answer) if isinstance(answer, str) else answer
        made = {"text": answer["choices"][0]["text"], "tokens": answer["usage"]["completion_tokens"], "seconds": seconds}
        print(json.dumps(made), flush=True)


if __name__ == "__main__":
    main()
