"""How much torch's graph holds on to: the numbers that a forward pass keeps for the way back."""

from __future__ import annotations

import weakref
from collections import Counter
from typing import Any


class Holding:
    """Counts the numbers that graphs hold while the block runs: ``now``, and ``most`` at any time.

    ``with Holding() as held: ...`` sees every tensor that torch saves for a way back, each once, and when it is let go.
    """

    def __init__(self) -> None:
        self.now = self.most = 0
        self._times: Counter = Counter()

    def __enter__(self) -> Holding:
        from torch.autograd.graph import saved_tensors_hooks

        self._hooks = saved_tensors_hooks(self._save, lambda box: box.tensor)
        self._hooks.__enter__()
        return self

    def __exit__(self, *problem: Any) -> None:
        self._hooks.__exit__(*problem)

    def _save(self, tensor: Any) -> _Box:
        storage = tensor.untyped_storage()
        place, size = storage.data_ptr(), storage.nbytes() // tensor.element_size()
        self._times[place] += 1
        if self._times[place] == 1:
            self.now += size
            self.most = max(self.most, self.now)
        box = _Box(tensor)
        weakref.finalize(box, self._drop, place, size)
        return box

    def _drop(self, place: int, size: int) -> None:
        self._times[place] -= 1
        if self._times[place] == 0:
            self.now -= size


class _Box:
    """A saved tensor; when nothing points at the box any more, the graph has let it go."""

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor
