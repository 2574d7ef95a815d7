"""Somebody's own model, which knows nothing of Ratchet: a perceptron that chooses a tool by the words before the call."""


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

    def predict(self, words, tools):
        tool = self.choose(words, tools)
        given = ", ".join(f"{name}={value!r}" for name, value in self.calls.get(tool, {}).items())
        return f"[{tool}({given})]"

    def choose(self, words, tools):
        def score(tool):
            row = self.weights.get(tool, {})
            return sum(row.get(word, 0.0) for word in words)

        return max(tools, key=score)
