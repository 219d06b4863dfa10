"""Messages for people, through gettext: English is the source, other languages are catalogues beside it."""

from __future__ import annotations

import gettext
from pathlib import Path

_ = gettext.translation("rnnlab", Path(__file__).with_name("locale"), fallback=True).gettext
