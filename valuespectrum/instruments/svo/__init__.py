"""Social value orientation: the slider measure, its choices about people in pictures, and goals before choosing."""
