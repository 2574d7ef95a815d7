"""Somebody's own model, which knows nothing of Ratchet: a perceptron that chooses a tool by the words before the call."""

from math import exp


class ToolPerceptron:
    def __init__(self, weights=None, calls=None):
        self.weights = weights or {}  # tool -> word -> weight
        self.calls = calls or {}  # tool -> the call of it that was seen last

    def learn(self, words, tools, call):
        tool = call["name"]
        guess = self.choose(words, tools)
        if guess != tool:
            for name, change in ((tool, 1.0), (guess, -1.0)):
                row = self.weights.setdefault(name, {})
                for word in words:
                    row[word] = row.get(word, 0.0) + change
        self.calls[tool] = call["arguments"]
        return float(guess != tool)

    def predict(self, words, tools, temperature=0.0, random=None):
        tool = self.choose(words, tools, temperature, random)
        given = ", ".join(f"{name}={value!r}" for name, value in self.calls.get(tool, {}).items())
        return f"[{tool}({given})]"

    def choose(self, words, tools, temperature=0.0, random=None):
        def score(tool):
            row = self.weights.get(tool, {})
            return sum(row.get(word, 0.0) for word in words)

        scores = [score(tool) for tool in tools]
        best = max(scores)
        if not temperature:
            return tools[scores.index(best)]
        return random.choices(tools, [exp((score - best) / temperature) for score in scores])[0]
