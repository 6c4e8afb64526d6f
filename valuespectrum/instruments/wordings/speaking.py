"""Requests for texts and judgements: descriptions, reasons, which value something stands for and how far, rewriting."""

from __future__ import annotations

from valuespectrum.instruments.wordings.template import Template

STRENGTHS: tuple[str, ...] = ("a little", "somewhat", "quite a lot", "very much", "above everything")
"""How strongly a reason stands for its value, 1 to 5."""
REASON = Template("I care {strength} about {thing}.")
"""One reason, as the reference respondents give it."""
REASONS = Template("What do you go by when you decide? Give three reasons.")
"""Asks for reasons."""
REASONS_SEEN = Template("Why do you like or dislike this picture? Give three reasons.")
THREE_REASONS = " Give three reasons for your answer."
"""Behind a question."""
SHOULD = Template("Should everybody {action}?")
"""A question about one thing."""
SHOULD_RATHER = Template("Should everybody {action}, even if nobody could {other}?")
"""A question that sets two things against each other."""
TEXT_VALUE = Template('Which value does this text stand for? Text: "{text}" Answer with the name of the value.')
TEXT_STRENGTH = Template(
    'How strongly does this text stand for {value}? Text: "{text}" Answer with one digit from 1 to 5.'
)
DESCRIBE = "Describe this picture in one sentence."
"""Asks what the model sees."""
VALUE_SHOWN = "Which value does this picture appeal to most? Answer with one word."
"""Asks for the value that a model sees in a picture, in fewer words than ``PICTURE_VALUE``."""
PICTURE_VALUE = Template("Which value is this picture about? Answer with the name of the value.")
PICTURE_DIRECTION = Template("Is {value} lived, denied or absent in this picture? Answer lived, denied or absent.")
REWRITE = Template('Rewrite this reason so that it stands for {value} at strength {strength} of 5. Reason: "{text}"')
"""Asks for a reason with another value and strength."""
