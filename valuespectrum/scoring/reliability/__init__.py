"""How far numbers would come out again: over other clips, wordings, orders, personas and draws."""
