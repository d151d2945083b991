"""A server with OpenAI's endpoint for completions: `teacher` thinks in the language that it is made to begin with; any other model is a
folder, from which transformers samples."""

import json
import re
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import torch
from conftest import ROOT
from transformers import AutoModelForCausalLM, AutoTokenizer

LOCK = threading.Lock()


def teacher(prompt: str) -> str:
    """Lines of the Declaration, then the sum; wrong where the first number ends in 3, and in English where it ends in 7."""
    first, second = map(int, re.search(r"(\d+) \+ (\d+)", prompt).groups())
    begun = prompt.partition("<think>\n")[2]
    language = {"Okay": "en", "In Ordnung": "de", "好的": "zh"}[begun]
    lines = (ROOT / f"shared/reward/data/udhr/{'en' if first % 10 == 7 else language}.txt").read_text(encoding="utf-8").splitlines()
    return f". {lines[first % len(lines)]}\n</think>\n\n\\boxed{{{first + second + (first % 10 == 3)}}}"


@cache
def policy(folder: str):
    return AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)


def sampled(body: dict) -> list[dict]:
    # One at a time: the requests come from many threads.
    with LOCK, torch.no_grad():
        tokenizer, model = policy(body["model"])
        prompt = tokenizer(body["prompt"], return_tensors="pt")["input_ids"].repeat(body["n"], 1)
        ids = model.generate(prompt, max_new_tokens=body["max_tokens"], do_sample=True, temperature=body["temperature"], top_p=body["top_p"])
    choices = []
    for row in ids[:, prompt.shape[1] :].tolist():
        ended = tokenizer.eos_token_id in row
        kept = row[: row.index(tokenizer.eos_token_id) + 1] if ended else row
        choices.append({"text": tokenizer.decode(kept), "finish_reason": "stop" if ended else "length"})
    return choices


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body["model"] == "teacher":
            choices = [{"index": 0, "text": teacher(body["prompt"]), "finish_reason": "stop"}]
        else:
            choices = sampled(body)
        answer = json.dumps({"choices": choices}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # connections that wait to be accepted


def serve() -> Server:
    """Answers on a free port of this machine, until it is shut down."""
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
