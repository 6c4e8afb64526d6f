"""``persona``: roles in words."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.cli.console.verbs import NamedCommand, Verb
from valuespectrum.cli.persona import asking, files

VERBS: Mapping[str, NamedCommand] = {
    "list": Verb(files.list_personas),
    "show": Verb(files.show),
    "make": Verb(files.make),
    "import": Verb(files.import_file),
    "judge": Verb(asking.judge, steers=True),
    "interview": Verb(asking.interview, steers=True),
    "check": Verb(asking.check, steers=True),
}
"""The verbs of personas, in the order of the help."""
