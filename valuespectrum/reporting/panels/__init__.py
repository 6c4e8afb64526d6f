"""The parts of a report, each a module and a template; ``base`` says what a part is."""
