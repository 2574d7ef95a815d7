"""Ratchet's trainer protocol (docs/trainer-protocol.md) around own.py: `python3 trainer.py <folder>`."""

import hashlib, json, os, random, shutil, signal, sys, threading, time
from pathlib import Path

from own import ToolPerceptron

folder = Path(sys.argv[1])
asked_to_stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: asked_to_stop.set())

def end(code, said):
    print(said, file=sys.stderr, flush=True)
    os._exit(code)

def end_with_our_parent():
    while os.read(0, 1024):  # Not sys.stdin: its lock would abort Python when it ends.
        pass
    end(75, "whoever started us is gone")

def tell(type, **event):
    with open(folder / "events.jsonl", "a") as events:
        events.write(json.dumps({"type": type, **event}) + "\n")

def save(path, state):
    """Complete or absent: written elsewhere, synced, renamed; with a digest, so that damage is noticed."""
    draft, text = folder / "draft", json.dumps(state)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    with open(draft / "state.json", "w") as file:
        file.write(hashlib.sha256(text.encode()).hexdigest() + "\n" + text)
        file.flush()
        os.fsync(file.fileno())
    (folder / path).parent.mkdir(exist_ok=True)
    os.rename(draft, folder / path)

def load(path):
    digest, _, text = (folder / path / "state.json").read_text().partition("\n")
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        end(65, f"{path} is damaged")
    return json.loads(text)

def read(file):
    return [json.loads(line) for line in (folder / file).read_text().splitlines()]

def words_of(example):
    return " ".join(message["content"] or "" for message in example["messages"][1:]).split()

def count(name, examples):
    sizes = [{"tokens": len(words_of(e)), "targetTokens": 1, "turnsLost": 0, "dropped": False} for e in examples]
    tell("count", name=name, examples=len(sizes), tokens=sum(size["tokens"] for size in sizes), targetTokens=len(sizes),
         truncatedExamples=0, truncatedTurns=0, droppedExamples=0, **({"sizes": sizes} if job.get("sizes") else {}))

def checkpoint(step, model):
    while len(list((folder / "checkpoints").glob("[0-9]*"))) >= 2 and not asked_to_stop.is_set():
        time.sleep(0.02)  # Ratchet removes what it has stored.
    if not (folder / f"checkpoints/{step}").exists():
        save(f"checkpoints/{step}", {"step": step, "model": vars(model)})
    tell("checkpoint", step=step)

def train():
    count("train", given := read(job["data"]))
    examples = [example for example in given if example["target"]]  # Answers in words alone are nothing to learn for it.
    state = load(job["resume"]) if job["resume"] else {"step": 0, "model": load(job["parent"]) if job["parent"] else {}}
    model, steps = ToolPerceptron(**state["model"]), epochs * len(examples)
    random.Random(job["seeds"]["order"]).shuffle(examples)
    for step in range(state["step"] + 1, steps + 1):
        example = examples[(step - 1) % len(examples)]
        loss = model.learn(words_of(example), example["tools"], example["target"][0])
        tell("progress", step=step, steps=steps, loss=loss, tokens=step, tokensPerSecond=0, peakMemoryBytes=0)
        if asked_to_stop.is_set():
            checkpoint(step, model)
            end(75, f"stopped after step {step}")
        if step % job["checkpointEvery"] == 0 and step < steps:
            checkpoint(step, model)
    save("weights", vars(model))
    tell("result", steps=steps, tokens=steps)

def predict(prompts, model):
    name, examples, decoding = prompts["name"], read(prompts["file"]), job["decoding"]
    count(name, examples)
    draws = [{"draw": draw} for draw in range(decoding.get("draws", 0))] or [{}]
    lines = [json.dumps({"id": e["id"], **draw, "text": model.predict(words_of(e), e["tools"], decoding["temperature"],
             random.Random(f"{decoding['seed']} {e['id']} {draw}"))}) + "\n" for e in examples for draw in draws]
    (folder / f"predicted-{name}.jsonl").write_text("".join(lines))
    tell("predictions", name=name, file=f"predicted-{name}.jsonl")

job = json.loads((folder / "job.json").read_text())
epochs = job["hyperparameters"].pop("epochs", 3)
if job["protocol"] != 1 or job["hyperparameters"]:
    end(78, f"protocol {job['protocol']}, unknown hyperparameters {job['hyperparameters']}")
threading.Thread(target=end_with_our_parent, daemon=True).start()
if job["stage"] == "train":
    train()
else:
    model = ToolPerceptron(**(load(job["weights"]) if job.get("weights") else {}))
    for file in job.get("prompts") or job["data"]:
        predict(file, model) if job["stage"] == "generate" else count(file["name"], read(file["file"]))
    tell("result", steps=0, tokens=0)
