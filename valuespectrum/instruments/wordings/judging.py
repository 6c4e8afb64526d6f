"""Questions to a judge about a picture: which value it expresses, lived or denied, how strongly, and how pretty it is.

Models of the reference world understand the plain forms, which name no options and refined values; any other model is
told the ten names.
"""

from __future__ import annotations

from valuespectrum.instruments.wordings.speaking import PICTURE_DIRECTION, PICTURE_VALUE
from valuespectrum.instruments.wordings.template import Template

VERSION = "1"
"""Of the questions: labels of two versions are of two raters."""
VALUE_PLAIN = PICTURE_VALUE
VALUE_LISTED = Template(
    "Which of these values does this picture express most: {values}? Answer with one of these names, or with none if "
    "it expresses none of them."
)
DIRECTION = PICTURE_DIRECTION
STRENGTH = Template(
    "How strongly does this picture express {value}? Answer with one digit from 1 (not at all) to 5 (very strongly)."
)
PRETTINESS = Template(
    "How pretty is this picture to look at, whatever it shows? Answer with one digit from 1 (not at all) to 5 (very)."
)
