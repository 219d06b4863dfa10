"""One clear sentence for what went wrong in a student's code, from the plain data that a probe sent."""

from __future__ import annotations

import re

from autograder import registry
from autograder.messages import N_, _, listed, with_article

KNOWN = (
    (
        r"matmul: Input operand 1 has a mismatch.*size (\d+) is different from (\d+)",
        N_("a matrix product needs equal inner sizes, and here they are {1} and {0}"),
    ),
    (
        r"matmul: Input operand (\d) does not have enough dimensions",
        N_("`@` needs arrays on both sides, and one side here is a single number"),
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied \((.*) and (.*)\)",
        N_("a matrix product needs equal inner sizes: {0} and {1} do not fit"),
    ),
    (
        r"shapes (\(.*?\)) and (\(.*?\)) not aligned",
        N_("a matrix product needs equal inner sizes: {0} and {1} do not fit"),
    ),
    (
        r"operands could not be broadcast together with (?:remapped )?shapes (.*?)\s*$",
        N_("arrays of shapes {0} cannot be combined element by element"),
    ),
    (
        r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))",
        N_("an array of shape {0} does not fit into a place of shape {1}"),
    ),
    (
        r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)",
        N_("tensors with {0} and {1} entries along one axis cannot be combined element by element"),
    ),
    (
        r"all the input array dimensions except for the concatenation axis must match",
        N_("arrays that are joined must agree on every axis but the one they are joined along"),
    ),
    (
        r"need at least one array to (stack|concatenate)",
        N_("there is nothing to join: the list of arrays is empty"),
    ),
    (
        r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)",
        N_("axis {1} has {2} entries, so there is no entry {0}"),
    ),
    (
        r"too many indices for array: array is (\d+)-dimensional",
        N_("it has {0} axes, and the index names more"),
    ),
    (
        r"not enough values to unpack \(expected (\d+), got (\d+)\)",
        N_("{0} names on the left, but only {1} values on the right"),
    ),
    (
        r"too many values to unpack \(expected (\d+)",
        N_("more values on the right than the {0} names on the left"),
    ),
    (
        r"unsupported operand type\(s\) for .*NoneType|'NoneType' object",
        N_("a value is None there: did an earlier function forget its `return`?"),
    ),
    (
        r"multiple values for argument 'axis'|stack_dispatcher\(\) takes 1",
        N_("arrays that are joined go into one list: np.concatenate([A, B], axis=...)"),
    ),
    (
        r"only integer scalar arrays can be converted|slice indices must be integers",
        N_(
            "an array stands where one whole number belongs: as an end of a slice, x[:n] (a slice has one end for all "
            "rows), or in place of an axis, since arrays that are joined go into one list: np.concatenate([A, B], "
            "axis=...)"
        ),
    ),
    (
        r"only 0-dimensional arrays can be converted|only length-1 arrays can be converted",
        N_("one number is needed there, and this is an array: take an entry, or NumPy's function in place of `math`'s"),
    ),
    (
        r"'numpy.ndarray' object has no attribute 'detach'|ndarray' object has no attribute 'requires_grad'",
        N_("a torch.nn.Parameter is made of a tensor, not of a NumPy array"),
    ),
    (
        r"tuple indices must be integers or slices|'tuple' object has no attribute"
        r"|unsupported operand type\(s\) for [^:]*: (?:.* and )?'tuple'",
        N_("that is a tuple of several results: give each a name first, as in `h, h_T = ...`"),
    ),
    (
        r"inhomogeneous shape",
        N_(
            "what is to become an array has parts of different shapes: is it a tuple of several results, or are rows "
            "of unequal length?"
        ),
    ),
    (
        r"shape mismatch: indexing arrays could not be broadcast together with shapes (.*?)\s*$",
        N_("the arrays used as indices have shapes {0}; they must fit each other, one index an axis for every entry"),
    ),
    (
        r"Expected target size (\[.*?\]), got (\[.*?\])",
        N_(
            "torch's cross_entropy takes axis 1 for the classes, so it wants targets of size {0}, and these have {1}: "
            "flatten both, the logits to (N T, V) and the targets to (N T)"
        ),
    ),
    (
        r"torch\.return_types",
        N_("a function made for NumPy gets a torch tensor there: torch's own is needed"),
    ),
    (
        r"axes don't match array",
        N_("transpose wants every axis, named once, in its new order"),
    ),
    (
        r'missing the required "forward" function',
        N_("the class has no method named forward"),
    ),
    (
        r"\.__init__\(\) takes 1 positional argument but",
        N_("the class has no __init__ of its own that takes the sizes: its name has two underscores on each side"),
    ),
    (
        r"forward\(\) takes (\d+) positional arguments? but (\d+) (?:was|were) given",
        N_("forward takes {0} arguments and gets {1}: is `self` missing, or h0?"),
    ),
    (
        r"name '(\w+)' is not defined",
        N_("{0} is not defined: use the function's own arguments, or run the cell that defines it"),
    ),
    (
        r"local variable '(\w+)'",
        N_("{0} is used before it was given a value"),
    ),
    (
        r"unexpected keyword argument '(\w+)'",
        N_("what you call there takes no argument named {0}"),
    ),
    (
        r"(\w+)\(\) missing \d+ required positional arguments?: (.*)",
        N_("{0} needs more than it gets there: {1}"),
    ),
    (
        r"assignment destination is read-only",
        N_("that array cannot be written to: make a copy first"),
    ),
    (
        r"maximum recursion depth exceeded",
        N_("the function calls itself without end"),
    ),
    (
        r"cannot assign module before Module.__init__|cannot assign parameters before Module.__init__",
        N_("call super().__init__() first, before anything is stored in the module"),
    ),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        N_("the tensor leaves torch there, so no gradient can come back: stay in torch"),
    ),
    (
        r"expected np.ndarray \(got (\w+)\)|can't convert|must be Tensor, not (numpy.ndarray|ndarray)",
        N_("NumPy and torch are mixed there: use one of them"),
    ),
)


def place(reply: dict) -> str:
    """Where it happened: the student's line."""
    if not reply.get("line"):
        return ""
    return _("line {number} of {function}: {line}").format(
        number=reply["lineno"], function=reply["function"], line=reply["line"]
    )


def shapes(reply: dict) -> str:
    """The shapes of the arrays that the line names."""
    found = [_("{name} is {shape}").format(name=n, shape=tuple(s)) for n, s in reply.get("shapes", {}).items()]
    return listed(found)


def raised(reply: dict, name: str = "") -> list[str]:
    """An exception in words: the line, what it means, and the shapes there. ``name`` is the exercise."""
    sentences = [s for s in (place(reply),) if s]
    meaning = elsewhere(reply["message"], name) or known(reply["message"])
    said = f"{reply['type']}: {reply['message']}" if reply["message"] else reply["type"]
    if len(said) > 200:
        said = said[:199] + "…"
    sentences.append(f"{reply['type']}: {meaning}" if meaning else said)
    near = reply.get("near")
    if isinstance(near, list) and near:
        sentences.append(_("did you mean {names}?").format(names=_(" or ").join(map(str, near))))
    if shapes(reply):
        sentences.append(_("there, {shapes}").format(shapes=shapes(reply)))
    return sentences


def elsewhere(message: str, name: str) -> str:
    """For a name that is not defined and belongs to an exercise of another lesson: where it is."""
    match = re.search(r"name '(\w+)' is not defined", message)
    if not match or match[1] not in registry.names() or name not in registry.names():
        return ""
    lesson = registry.lesson_of(match[1])
    if lesson == registry.lesson_of(name):
        return ""
    said = _(
        "{other} is from lesson {number}, and this notebook does not have it: copy it into a cell, or write it out"
    )
    return said.format(other=match[1], number=lesson.id.split("_")[0])


def known(message: str) -> str:
    """A sentence for an exception's message that we know, or nothing."""
    for pattern, sentence in KNOWN:
        match = re.search(pattern, message)
        if match:
            return _(sentence).format(*(g or "" for g in match.groups()))
    return ""


def stopped(reply: dict, name: str) -> list[str]:
    """Whatever kept a call from returning, in words."""
    status = reply["status"]
    if status == "raised":
        return raised(reply, name)
    if status == "exit":
        sentence = _("{name} asked Python to exit: a function should return and leave the program running")
    elif status == "timeout":
        sentence = _("{name} had not returned after {seconds:g} seconds: is there a loop that never ends?")
    elif status == "interrupted":
        sentence = _("stopped by you while {name} was running")
    elif status == "died":
        sentence = _("calling {name} ended Python: {message}")
    elif status == "undefined":
        sentence = _("{name} is not defined in the notebook")
    elif status == "parameters":
        return parameters(reply)
    elif status == "unreadable":
        sentence = "{problem}"
    elif status == "damaged":
        sentence = _("{name} returned more than the check can take: {problem}")
    else:
        sentence = _("{what} is not written yet")
    said = {"problem": "", "what": "", "seconds": 0, "message": ""} | reply
    return [sentence.format(name=name, **{k: said[k] for k in ("problem", "what", "seconds", "message")})] + (
        [place(reply)] if place(reply) else []
    )


def parameters(reply: dict) -> list[str]:
    """How the parameters of a torch module differ from what they should be."""
    found, wanted = reply["found"], reply["wanted"]
    sentences = []
    for name, shape in wanted.items():
        if name not in found and name in reply["attributes"]:
            sentences.append(
                _("{name} is no parameter: wrap it in torch.nn.Parameter, or no optimiser will find it").format(
                    name=name
                )
            )
        elif name not in found:
            sentences.append(_("there is no parameter named {name}").format(name=name))
        elif found[name] != shape:
            said = _("the parameter {name} has shape {found}, but should have {wanted}")
            sentences.append(said.format(name=name, found=tuple(found[name]), wanted=tuple(shape)))
    extra = [n for n in found if n not in wanted]
    if extra:
        sentences.append(_("parameters that should not be there: {names}").format(names=listed(extra)))
    return sentences


def unfit(reply: dict, name: str, parameters: tuple[str, ...]) -> str:
    """Why an answer cannot be called at all."""
    if reply["status"] == "signature" and reply.get("named") not in ("", "<lambda>", name, None):
        said = _('What you passed is named {named}. To check {name}, pass {name}: check("{name}", {name}).')
        return said.format(named=reply["named"], name=name)
    if reply["status"] == "signature":
        said = _("{name} takes {few} arguments ({takes}), but it is called with {many}: {given}.")
        return said.format(
            name=name,
            few=len(reply["takes"]),
            takes=", ".join(reply["takes"]),
            many=len(parameters),
            given=", ".join(parameters),
        )  # fmt: skip
    if reply["status"] == "not_module":
        if reply["type"] == name:
            return _('Pass the class itself, check("{name}", {name}), without brackets after it.').format(name=name)
        return _("{name} should be a class that inherits from torch.nn.Module; this is {kind}.").format(
            name=name, kind=with_article("class that does not" if reply["class"] else reply["type"])
        )
    if reply["type"] == "NoneType":
        return _("{name} is None here, not a function.").format(name=name)
    what = reply["type"] if reply.get("shape") is None else f"{reply['type']} {tuple(reply['shape'])}"
    said = _(
        "What you passed is no function but: {what}. "
        'Pass the function itself, without calling it: check("{name}", {name}).'
    )
    return said.format(what=what, name=name)
