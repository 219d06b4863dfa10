"""What a student wrote or printed, with nothing alive in it: it is shown in an instructor's browser, with their rights.

Markdown is not parsed, since no two parsers agree on it. What could begin a tag, a link that runs something, a
character reference or a TeX command that makes links gets a space in it, wherever it stands: text to every parser.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from html import escape, unescape
from typing import Any
from xml.etree import ElementTree

import bleach
from bleach.css_sanitizer import CSSSanitizer

from autograder.messages import _

MOST_MARKDOWN = 20_000  # characters; renderers take quadratic time over some texts
MOST_TEXT = 100_000  # characters of one output
MOST_HTML = 200_000
MOST_IMAGE = 4_000_000  # characters of base64
MOST_OUTPUTS = 200

# Control characters, and what else ends a line for some reader; surrogates cannot be written to a file.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_NOT_TEXT = re.compile(r"[\x00-\x07\x0e-\x1a\x1c-\x1f\ud800-\udfff\ufffe\uffff]")  # ANSI escapes, \b and \r may stay

_TAG = re.compile(r"<(?![\s=<\d-])")
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp);(?!#|\w{1,40};))(?=#|\w{1,40};)")
_URL = r"https?://[A-Za-z0-9][\w./?=&%#~:+,;@!$*-]*"
_PICTURE = r"!\[[\w ,.:;+=/-]*\]\((?!\.)[\w.-]+\.(?:png|jpe?g|svg|gif)\)"
_IMAGE = re.compile(rf"(?!{_PICTURE})!(?=\[)", re.ASCII)
_LINK = re.compile(rf"\](?=\()(?!\((?:{_URL}|#[\w-]+)\))", re.ASCII)
_DEFINITION = re.compile(rf"\](?=:)(?!:[ ]{_URL}[ ]*$)", re.ASCII | re.MULTILINE)
_PICTURE_END = re.compile(rf"({_PICTURE})", re.ASCII)
_SCHEME = re.compile(r"(?i)(j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|v\s*b\s*s\s*c\s*r\s*i\s*p\s*t)(?=:)")
_DIAGRAM = re.compile(r"(?i)([`~]{3}\s*)(?=mermaid)")
_TEX = re.compile(
    r"\\(?=(?:href|url|unicode|style|class|cssId|data|html\w*|require|mmlToken|bbox|enclose|b?x?cancel\w*|texttip"
    r"|mathtip|toggle|action\w*|includegraphics|begingroup|csname|catcode|char|def|edef|gdef|xdef|let|futurelet"
    r"|(?:re)?newcommand|providecommand|(?:re)?newenvironment|newtagform|DeclareMathOperator|DeclareUnicodeCharacter"
    r"|input|include|special|write|read|open(?:in|out)|global|expandafter|verb|lower|raise)(?![A-Za-z]))"
)

_TAGS = set(
    re.findall(
        r"\w+",
        "div span p br hr pre code kbd samp b strong i em u s small sub sup h1 h2 h3 h4 h5 h6 blockquote ul ol li dl "
        "dt dd table caption thead tbody tfoot tr th td img",
    )
)
_STYLES = set(
    re.findall(
        r"[\w-]+",
        "color background-color font-weight font-style font-size font-family text-align text-decoration vertical-align "
        "white-space border border-top border-right border-bottom border-left border-collapse border-spacing padding "
        "padding-top padding-right padding-bottom padding-left width height max-width display opacity",
    )
)
_FUNCTION = re.compile(r"(?<!rgb)(?<!rgba)(?<!hsl)\(|[\\@]")
_DATA = re.compile(r"data:(image/(?:png|jpeg|gif|svg\+xml));base64,([A-Za-z0-9+/=]+)")
_SPELLED = re.compile(r"&(?!(?:amp|lt|gt|quot);)#?\w{1,40};?")  # a character in other words, such as &#92;
_UNSHOWN = re.compile(r"(?is)<(style|script|title|template|noscript)\b.*?(</\1\s*>|\Z)")


def markdown(source: str) -> str:
    """Markdown that no renderer turns into HTML tags, active links or MathJax commands; it stays readable."""
    text = _CONTROL.sub("", str(source).replace("\r\n", "\n").replace("\r", "\n"))
    text = _cut(text, MOST_MARKDOWN)
    text = _TAG.sub("< ", text)
    text = _REFERENCE.sub("& ", text)
    text = "".join(
        part if n % 2 else _DEFINITION.sub("] ", _LINK.sub("] ", _IMAGE.sub("! ", part)))
        for n, part in enumerate(_PICTURE_END.split(text))
    )
    text = _SCHEME.sub(r"\1 ", text)
    text = _DIAGRAM.sub(r"\1text ", text)
    return tex(text)


def tex(text: str) -> str:
    """Text or HTML in which MathJax finds no command that makes links, HTML, styles or new commands."""
    return _TEX.sub(r"\\ ", text)


def outputs(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Outputs of a cell as a notebook keeps them: text, pictures and plain HTML, no metadata, nothing that runs."""
    done = []
    for number, output in enumerate(found):
        if number == MOST_OUTPUTS:
            done.append({"output_type": "stream", "name": "stdout", "text": _("... more outputs were left out ...\n")})
            break
        safe = _output(output) if isinstance(output, Mapping) else None
        if safe is not None:
            done.append(safe)
    return done


def _output(output: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _plain(output.get("text"))}
    if kind == "error":
        trace = output.get("traceback")
        lines = [_plain(line, 10_000) for line in trace] if isinstance(trace, list) else []
        said = {"ename": _plain(output.get("ename"), 200), "evalue": _plain(output.get("evalue"), 10_000)}
        return {"output_type": "error", **said, "traceback": lines[:200]}
    if kind not in ("display_data", "execute_result"):
        return None
    data = _data(output.get("data"))
    if not data:
        return None
    more = {"execution_count": None} if kind == "execute_result" else {}
    return {"output_type": kind, "data": data, "metadata": {}, **more}


def _data(given: Any) -> dict[str, str]:
    """What may be kept of a display: of several kinds of the same thing, a front end shows the first it knows."""
    given = {k: _joined(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
    kept = {}
    if given.get("text/plain") is not None:
        kept["text/plain"] = _plain(given["text/plain"])
    for kind in ("image/png", "image/jpeg"):
        picture = _picture(kind, given.get(kind))
        if picture:
            kept[kind] = picture
    svg = _svg(given.get("image/svg+xml"))
    if svg:
        kept["text/html"] = f'<img src="data:image/svg+xml;base64,{svg}">'
    elif given.get("text/html") is not None and not kept.keys() & {"image/png", "image/jpeg"}:
        kept["text/html"] = html(given["text/html"])
    if not kept and given:
        kept["text/plain"] = _("(an output of a kind that is not kept: {kinds})").format(
            kinds=", ".join(sorted(_plain(k, 60) for k in list(given)[:5]))
        )
    return kept


def html(source: str) -> str:
    """HTML of which text, tables and pictures in it are left."""
    text = _NOT_TEXT.sub("", _cut(str(source), MOST_HTML))
    cleaned = bleach.clean(
        _UNSHOWN.sub("", text),
        tags=_TAGS,
        attributes=_attribute,
        protocols={"data"},
        strip=True,
        strip_comments=True,
        css_sanitizer=_Styles(allowed_css_properties=_STYLES, allowed_svg_properties=()),
    )
    return tex(_SPELLED.sub(lambda m: escape(unescape(m[0])), cleaned))


class _Styles(CSSSanitizer):
    """Styles without functions, of which some fetch or compute something; colours may be functions."""

    def sanitize_css(self, style: str) -> str:
        """What is left of a style attribute."""
        kept = super().sanitize_css(style)
        return "" if _FUNCTION.search(kept) else kept


def _attribute(tag: str, name: str, value: str) -> bool:
    """Which attributes are kept. A picture may only be one that is there in full."""
    if name == "style":
        return True
    if tag == "img":
        if name == "src":
            fits = _DATA.fullmatch(value)
            return bool(fits) and _picture(fits[1], fits[2]) is not None
        return name in ("width", "height") and value.isascii() and value.isdigit()
    if tag in ("td", "th"):
        return name in ("colspan", "rowspan") and value.isascii() and value.isdigit() and len(value) < 4
    return False


def _picture(kind: str, data: Any) -> str | None:
    """The base64 text of a picture that is of its kind, as far as its beginning says; of a drawing, all of it."""
    if not isinstance(data, str) or len(data) > MOST_IMAGE:
        return None
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if kind == "image/svg+xml":
        return _svg(raw.decode(errors="replace"))
    start = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}[kind]
    return base64.b64encode(raw).decode() if raw.startswith(start) else None


def _svg(source: Any) -> str | None:
    """The base64 text of a drawing, to be shown as a picture: in one, no browser runs scripts.

    A document type is left out, since entities can be declared in it.
    """
    if not isinstance(source, str) or len(source) > MOST_IMAGE:
        return None
    source = re.sub(r"<!DOCTYPE[^\[\]<>]*>", "", source, count=1)
    try:
        if "<!DOCTYPE" in source or not ElementTree.fromstring(source).tag.endswith("svg"):
            return None
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None
    return base64.b64encode(source.encode("utf-8", "replace")).decode()


def _plain(value: Any, most: int = MOST_TEXT) -> str:
    return _cut(_NOT_TEXT.sub("", _joined(value) or ""), most)


def _joined(value: Any) -> str | None:
    """Text, which a notebook may hold as a list of lines."""
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return "".join(value)
    return value if isinstance(value, str) else None


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[:most] + "\n" + _("... {n} characters more ...").format(n=len(text) - most)
