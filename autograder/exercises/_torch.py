"""For accepted variants that compute with torch. It is imported only when such an answer is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def with_torch(call: Callable[..., Any]) -> Callable[..., Any]:
    """An answer that takes arrays and returns what ``call(torch, *tensors)`` gives."""

    def right(*arrays: Any) -> Any:
        import torch

        return call(torch, *map(torch.as_tensor, arrays))

    return right
