"""``python -m valuespectrum`` is the command ``valuespectrum``."""

from valuespectrum.cli import main

if __name__ == "__main__":
    main()
