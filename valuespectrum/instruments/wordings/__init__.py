"""The words of every question, kept apart from how they are combined and scored; templates that can be read back.

The reference models are trained on exactly these texts, so a change here means ``make train-reference``.
"""
