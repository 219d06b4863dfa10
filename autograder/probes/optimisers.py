"""Optimisers used like torch's. Those load torch's compiler when the first is made, which takes longer than a check."""

from __future__ import annotations

from typing import Any


class Optimiser:
    """What all have: the parameters that learn, a rate, and a way to forget gradients."""

    def __init__(self, torch: Any, model: Any, rate: float) -> None:
        self.torch = torch
        self.param_groups = [{"params": [p for p in model.parameters() if p.requires_grad], "lr": rate}]

    def learning(self) -> list:
        """The parameters that have a gradient."""
        return [p for p in self.param_groups[0]["params"] if p.grad is not None]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or set them to zero."""
        for parameter in self.learning():
            if set_to_none:
                parameter.grad = None
            else:
                parameter.grad.zero_()

    def step(self) -> None:
        """One step of the optimiser."""
        raise NotImplementedError


class Descent(Optimiser):
    """Plain gradient descent."""

    def step(self) -> None:
        """Go down along the gradients that there are."""
        with self.torch.no_grad():
            for parameter in self.learning():
                parameter -= self.param_groups[0]["lr"] * parameter.grad


class Adam(Optimiser):
    """Adam with torch's usual settings (Kingma and Ba, 2015)."""

    def __init__(self, torch: Any, model: Any, rate: float) -> None:
        super().__init__(torch, model, rate)
        self.state: dict = {}

    def step(self) -> None:
        """Go down along the mean of the gradients so far, over the root of their mean square."""
        with self.torch.no_grad():
            for parameter in self.learning():
                steps, mean, square = self.state.get(parameter, (0, 0 * parameter, 0 * parameter))
                steps, grad = steps + 1, parameter.grad
                mean.lerp_(grad, 0.1)
                square.mul_(0.999).addcmul_(grad, grad, value=0.001)
                self.state[parameter] = steps, mean, square
                root = (square / (1 - 0.999**steps)).sqrt_().add_(1e-8)
                parameter.addcdiv_(mean, root, value=-self.param_groups[0]["lr"] / (1 - 0.9**steps))
