"""How long drafts may be: what a step costs by its number of tokens, against what drafts bring. All measured."""

from __future__ import annotations

import math

_LIMITS = (0, 1, 2, 3, 4, 6, 8, 12, 16)
_KEEP = 4  # steps for which a choice holds
_EXPLORE = 128  # steps between two tries of the other choice
_FASTER, _SLOWER = 0.5, 0.05  # weights of a new observation: what else the machine does only ever adds time


class StepCost:
    """Seconds of a step as a function of its tokens: running means in half-octaves, straight lines between them."""

    def __init__(self) -> None:
        self._means: dict[int, tuple[float, float]] = {}

    def observe(self, tokens: int, seconds: float) -> None:
        bucket = round(2 * math.log2(tokens))
        known = self._means.get(bucket)
        if known is None:
            self._means[bucket] = (float(tokens), seconds)
            return
        seconds = min(seconds, 2 * known[1])
        weight = _FASTER if seconds < known[1] else _SLOWER
        self._means[bucket] = (known[0] + weight * (tokens - known[0]), known[1] + weight * (seconds - known[1]))

    def __call__(self, tokens: float) -> float:
        """Never falls with more tokens: where a larger step took less time, the smaller one was disturbed.

        Beyond the largest known step it grows as steeply as it does overall.
        """
        points = self._points()
        if not points:
            return 1.0
        highest, before = 0.0, (0.0, 0.0)
        for number, (size, seconds) in enumerate(points):
            if tokens <= size:
                if number == 0 or size == before[0]:
                    return seconds
                return before[1] + (seconds - before[1]) * (tokens - before[0]) / (size - before[0])
            highest, before = seconds, (size, seconds)
        first = points[0]
        slope = (highest - first[1]) / (before[0] - first[0]) if before[0] > first[0] else 0.0
        return highest + max(0.0, slope) * (tokens - before[0])

    def _points(self) -> list[tuple[float, float]]:
        points, least = [], math.inf
        for size, seconds in sorted(self._means.values(), reverse=True):
            least = min(least, seconds)
            points.append((size, least))
        return points[::-1]


class DraftGate:
    """Chooses the longest useful draft for the next step so that tokens per second don't fall."""

    def __init__(self) -> None:
        self.cost = StepCost()
        self.share = 0.7  # how likely a drafted token holds if those before it did
        self.reach = 0.5  # tokens really drafted for each that was allowed
        self._steps = 0
        self._allowed = 0
        self._best = 0
        self._for = (0, 0)

    def judge(self, drafted: int, held: int) -> None:
        """One request's draft was verified: `held` of its `drafted` tokens stood."""
        for number in range(min(held + 1, drafted)):
            self.share += 0.02 * ((1.0 if number < held else 0.0) - self.share)

    def drafted(self, tokens: int) -> None:
        """So many tokens were drafted in all with the last limit."""
        if self._allowed:
            self.reach += 0.05 * (min(1.0, tokens / self._allowed) - self.reach)

    def limit(self, running: int, drafting: int) -> int:
        """Longest draft of each of `drafting` requests among `running` ones; 0 when drafts don't pay."""
        if not drafting:
            self._allowed = 0
            return 0
        self._steps += 1
        if self._steps % _KEEP == 0 or self._for != (running, drafting):
            self._for, self._best = (running, drafting), self._choose(running, drafting)
        best = self._best
        if self._steps % _EXPLORE == 0:
            best = 0 if best else 2
        self._allowed = best * drafting
        return best

    def _choose(self, running: int, drafting: int) -> int:
        """The limit with the most tokens per second; drafting at all must be worth two per cent."""
        best, best_rate = 0, 0.0
        for limit in _LIMITS:
            gain = sum(self.share**number for number in range(1, limit + 1)) * drafting * self.reach
            rate = (running + gain) / self.cost(running + limit * drafting * self.reach)
            if rate > best_rate * (1.02 if best == 0 else 1.0):
                best, best_rate = limit, rate
        return best
