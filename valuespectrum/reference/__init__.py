"""The reference world: drawn clips and small models whose values are planted, and therefore known."""
