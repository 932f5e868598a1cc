#!/usr/bin/env python3
"""Trains the built-in model on the CPU, from the documents that corpus.ts wrote, until a given time.

    train.py CORPUS_DIR RUN_DIR --minutes 90 [--from EARLIER_RUN_DIR]

Writes RUN_DIR/checkpoint.pt every few minutes and when it is asked to stop (SIGTERM, Ctrl-C); a later start goes on
from it. RUN_DIR/model.safetensors with RUN_DIR/model.json are written at the same times, so that the exporter can look
at a model in the making: they hold the running mean of the weights, which is better than any single step's. With
--from a new run begins with the weights of an earlier one of the same shape and vocabulary, for a second stage. One
line of progress a minute goes to RUN_DIR/progress.log. Works with Debian's PyTorch 1.13; 2.x is several times faster
(compiled, bf16).
"""
import argparse
import json
import math
import os
import random
import signal
import struct
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

MODERN = hasattr(F, "scaled_dot_product_attention")


# --- the model: Llama, as llama.cpp computes it ------------------------------------------------------------------

def rotate(x, cos, sin):
    """RoPE on neighbouring pairs, the order llama.cpp uses for Llama, so the export permutes nothing."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class Norm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.kv_heads, self.head_width = c["heads"], c["kvHeads"], c["headWidth"]
        self.attn_norm = Norm(c["width"], c["epsilon"])
        self.attn_q = nn.Linear(c["width"], self.heads * self.head_width, bias=False)
        self.attn_k = nn.Linear(c["width"], self.kv_heads * self.head_width, bias=False)
        self.attn_v = nn.Linear(c["width"], self.kv_heads * self.head_width, bias=False)
        self.attn_output = nn.Linear(self.heads * self.head_width, c["width"], bias=False)
        self.ffn_norm = Norm(c["width"], c["epsilon"])
        self.ffn_gate = nn.Linear(c["width"], c["inner"], bias=False)
        self.ffn_up = nn.Linear(c["width"], c["inner"], bias=False)
        self.ffn_down = nn.Linear(c["inner"], c["width"], bias=False)

    def attend(self, q, k, v, mask):
        if MODERN:
            return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        scores = q @ k.transpose(-1, -2) / math.sqrt(self.head_width)
        return scores.masked_fill(~mask, float("-inf")).softmax(-1) @ v

    def forward(self, x, mask, cos, sin):
        batch, length, _ = x.shape
        h = self.attn_norm(x)

        def split(y, heads):
            return y.view(batch, length, heads, self.head_width).transpose(1, 2)

        q = rotate(split(self.attn_q(h), self.heads), cos, sin)
        k = rotate(split(self.attn_k(h), self.kv_heads), cos, sin)
        v = split(self.attn_v(h), self.kv_heads)
        group = self.heads // self.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        dtype = v.dtype
        a = self.attend(q.to(dtype), k.to(dtype), v, mask)
        x = x + self.attn_output(a.transpose(1, 2).reshape(batch, length, -1))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Llama(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.token_embd = nn.Embedding(c["vocabulary"], c["width"])
        self.blk = nn.ModuleList(Block(c) for _ in range(c["layers"]))
        self.output_norm = Norm(c["width"], c["epsilon"])
        for name, p in self.named_parameters():
            if p.dim() == 2:
                scale = 1 / math.sqrt(2 * c["layers"]) if "output" in name or "down" in name else 1
                nn.init.normal_(p, std=0.04 if "embd" in name else scale / math.sqrt(p.shape[1]))
        angles = torch.outer(
            torch.arange(c["contextLength"]).float(),
            c["ropeBase"] ** (-torch.arange(0, c["headWidth"], 2).float() / c["headWidth"]),
        )
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, tokens, targets, weights, documents):
        """The mean loss over weighted targets. Tokens see only their own document."""
        length = tokens.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        mask = ((documents[:, :, None] == documents[:, None, :]) & causal)[:, None]
        x = self.token_embd(tokens)
        for block in self.blk:
            x = block(x, mask, self.cos[:length], self.sin[:length])
        logits = F.linear(self.output_norm(x), self.token_embd.weight).float()
        losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view_as(weights)
        return (losses * weights).sum() / weights.sum().clamp(min=1)


# --- the data ------------------------------------------------------------------------------------------------------

class Documents:
    """The documents of one category in endless, reshuffled order."""

    def __init__(self, folder, name, rng):
        def read(ending, code):
            with open(os.path.join(folder, f"{name}.{ending}"), "rb") as file:
                raw = bytearray(file.read())
            return torch.frombuffer(raw, dtype=code)

        self.tokens = read("tokens", torch.int16)
        self.weights = read("weights", torch.uint8)
        self.ends = read("ends", torch.int32).tolist()
        self.rng, self.order, self.epochs = rng, [], 0

    def next(self):
        if not self.order:
            self.order = list(range(len(self.ends)))
            self.rng.shuffle(self.order)
            self.epochs += 1
        index = self.order.pop()
        start = self.ends[index - 1] if index else 0
        return self.tokens[start : self.ends[index]].long(), self.weights[start : self.ends[index]].float() / 100


class Repeats:
    """Random tokens, said again and again: nothing but copying lowers this loss, so that it is learnt first."""

    def __init__(self, vocabulary, rng):
        self.vocabulary, self.rng = vocabulary, rng

    def next(self):
        period, times = self.rng.randint(4, 40), self.rng.randint(2, 5)
        tokens = torch.tensor([self.rng.randrange(16, self.vocabulary) for _ in range(period)]).repeat(times)
        weights = torch.ones(len(tokens))
        weights[:period] = 0
        return tokens, weights


class Batches:
    """Rows packed with whole documents, drawn so that each category gets its share of the tokens."""

    def __init__(self, folder, manifest, rng):
        self.sources = {name: Documents(folder, name, rng) for name in manifest["categories"]}
        self.sources["repeats"] = Repeats(manifest["vocabulary"], rng)
        self.held = {}
        self.given = {}

    def draw(self, shares):
        name = min(shares, key=lambda n: self.given.get(n, 0) / shares[n])
        return name, self.held.pop(name, None) or self.sources[name].next()

    def batch(self, shares, rows, length):
        shares = {name: share for name, share in shares.items() if share > 0}
        self.given = {name: self.given.get(name, 0) for name in shares}
        low = min(self.given[n] / shares[n] for n in shares)
        self.given = {n: max(0, self.given[n] - low * shares[n]) for n in shares}
        tokens = torch.zeros(rows, length + 1, dtype=torch.long)
        weights = torch.zeros(rows, length + 1)
        documents = torch.full((rows, length + 1), -1, dtype=torch.long)
        for row in range(rows):
            used = count = misses = 0
            while used < length and misses < 4:
                name, (text, weight) = self.draw(shares)
                if len(text) > length + 1:
                    self.given[name] += 1
                    continue
                self.given[name] += len(text)
                if used + len(text) > length + 1:
                    self.given[name] -= len(text)
                    self.held[name] = (text, weight)
                    misses += 1
                    self.given[name] += 1
                    continue
                end = used + len(text)
                tokens[row, used:end], weights[row, used:end], documents[row, used:end] = text, weight, count
                weights[row, used] = 0
                used, count = end, count + 1
        return tokens[:, :-1], tokens[:, 1:], weights[:, 1:], documents[:, :-1]


# --- the optimiser -------------------------------------------------------------------------------------------------

def orthogonalised(g):
    """The nearest (semi-)orthogonal matrix, by five Newton–Schulz steps; a stack of matrices at once."""
    x = g.bfloat16() if MODERN else g
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.transpose(-1, -2)
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.transpose(-1, -2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.transpose(-1, -2) if tall else x).float()


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonalised updates for the matrices: learns from about half the tokens AdamW needs here."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr, "momentum": 0.95})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            shapes = {}
            for p in group["params"]:
                state = self.state[p]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(p)
                state["momentum"].lerp_(p.grad, 1 - group["momentum"])
                shapes.setdefault(p.shape, []).append((p, p.grad.lerp(state["momentum"], group["momentum"])))
            for shape, pairs in shapes.items():
                updates = orthogonalised(torch.stack([update for _, update in pairs]))
                scale = max(1, shape[0] / shape[1]) ** 0.5
                for (p, _), update in zip(pairs, updates):
                    p.mul_(1 - group["lr"] * 0.01).add_(update, alpha=-group["lr"] * scale)


class Mean:
    """The running mean of the weights over the last hundred steps or so."""

    def __init__(self, model, kept=0.99):
        self.kept, self.steps = kept, 0
        self.weights = {name: p.detach().clone() for name, p in model.named_parameters()}

    @torch.no_grad()
    def follow(self, model):
        self.steps += 1
        kept = min(self.kept, 1 - 1 / self.steps)
        for name, p in model.named_parameters():
            self.weights[name].lerp_(p, 1 - kept)


# --- saving --------------------------------------------------------------------------------------------------------

def save_safetensors(path, tensors):
    header, data, offset = {}, [], 0
    for name, tensor in tensors.items():
        raw = bytes(tensor.detach().float().contiguous().view(-1).numpy().tobytes())
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        data.append(raw)
        offset += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".part", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("run")
    parser.add_argument("--minutes", type=float, required=True, help="time from now to the finished model")
    parser.add_argument("--from", dest="earlier", help="an earlier run, whose weights this one begins with")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=0.02, help="learning rate of the matrices")
    parser.add_argument("--embedding-rate", type=float, default=0.004)
    parser.add_argument("--max-steps", type=int, default=0, help="stop early, for trying")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    os.makedirs(args.run, exist_ok=True)
    with open(os.path.join(args.corpus, "manifest.json")) as file:
        manifest = json.load(file)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "recipe.json")) as file:
        recipe = json.load(file)
    shape = {**recipe["model"], "vocabulary": manifest["vocabulary"]}

    torch.manual_seed(recipe["seed"])
    model = Llama(shape)
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and "embd" not in n]
    others = [p for n, p in model.named_parameters() if p.dim() != 2 or "embd" in n]
    muon = Muon(matrices, args.rate)
    adam = torch.optim.AdamW(others, lr=args.embedding_rate, betas=(0.9, 0.95), weight_decay=0)
    parameters = sum(p.numel() for p in model.parameters())

    progress, step, seen, spent = 0.0, 0, 0, 0.0
    checkpoint = os.path.join(args.run, "checkpoint.pt")
    if os.path.exists(checkpoint):
        saved = torch.load(checkpoint)
        model.load_state_dict(saved["model"])
        muon.load_state_dict(saved["muon"])
        adam.load_state_dict(saved["adam"])
        progress, step, seen, spent = saved["progress"], saved["step"], saved["seen"], saved["spent"]
    elif args.earlier:
        saved = torch.load(os.path.join(args.earlier, "checkpoint.pt"))
        model.load_state_dict(saved["model"])
    mean = Mean(model)
    second = bool(args.earlier)
    if os.path.exists(checkpoint):
        mean.weights, mean.steps, second = saved["mean"], saved["meanSteps"], saved["second"]
    # The first phase teaches to copy; a second stage can do that already.
    phases = recipe["phases"][1:] if second else recipe["phases"]
    batches = Batches(args.corpus, manifest, random.Random(recipe["seed"] + step))
    batches_long = Batches(args.corpus, manifest, random.Random(recipe["seed"] - step))
    forward = torch.compile(model, dynamic=False) if MODERN else model

    def save():
        torch.save(
            {"model": model.state_dict(), "muon": muon.state_dict(), "adam": adam.state_dict(),
             "mean": mean.weights, "meanSteps": mean.steps, "second": second,
             "progress": progress, "step": step, "seen": seen, "spent": spent}, checkpoint + ".part")
        os.replace(checkpoint + ".part", checkpoint)
        save_safetensors(os.path.join(args.run, "model.safetensors"), mean.weights)
        facts = {**shape, "parameters": parameters, "tokensSeen": seen, "steps": step, "minutes": round(spent / 60, 1)}
        with open(os.path.join(args.run, "model.json"), "w") as file:
            json.dump(facts, file, indent=2)

    log = open(os.path.join(args.run, "progress.log"), "a", buffering=1)

    def say(line):
        print(line, file=log)
        print(line, flush=True)

    say(f"{parameters:,} parameters, {'bf16, compiled' if MODERN else 'f32'}, starting at {progress:.1%}")
    stopping = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(True))
    deadline = time.time() + args.minutes * 60
    last_line = last_save = last = time.time()
    losses, counted = [], 0
    while progress < 1:
        phase = next(p for p in phases if progress < p["until"])
        # Constant, then straight down to nothing: the length of the run can change while it goes on.
        cooling = min(1.0, (1 - progress) / recipe["coolingShare"])
        warm = min(1.0, (step + 1) / 100)
        for optimiser, rate in ((muon, args.rate), (adam, args.embedding_rate)):
            for group in optimiser.param_groups:
                group["lr"] = rate * cooling * warm
        # Long documents come in between, uncompiled: their share is not worth a second compilation.
        long = phase.get("long")
        long = long if long and step % long["every"] == 0 else None
        kind = long or phase
        batch = (batches_long if long else batches).batch(kind["shares"], kind["rows"], kind["length"])
        tokens = batch[0]
        compute = model if long else forward
        if MODERN:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = compute(*batch)
        else:
            loss = compute(*batch)
        loss.backward()
        value = loss.item()
        if not math.isfinite(value):
            sys.exit(f"the loss is {value} at step {step}")
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        muon.step()
        adam.step()
        model.zero_grad(set_to_none=True)
        mean.follow(model)

        now = time.time()
        took, last = now - last, now
        progress += (1 - progress) * min(1.0, took / max(took, deadline - now + took))
        step, seen, spent = step + 1, seen + tokens.numel(), spent + took
        losses.append(value)
        counted += tokens.numel()
        if stopping or (args.max_steps and step >= args.max_steps):
            say(f"stopped after {step} steps, {counted / (now - last_line):.0f} tokens/s")
            break
        if now - last_line > 60:
            say(f"{time.strftime('%H:%M')} {progress:6.1%} step {step} loss {sum(losses) / len(losses):.3f} "
                f"tokens {seen / 1e6:.2f}M at {counted / (now - last_line):.0f}/s")
            losses, counted, last_line = [], 0, now
        if now - last_save > 240:
            save()
            last_save = now
    save()
    say(f"done: {step} steps, {seen / 1e6:.2f}M tokens, {spent / 60:.0f} minutes")


if __name__ == "__main__":
    main()
