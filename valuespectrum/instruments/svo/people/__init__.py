"""The slider measure with the people of pictures as the other side, and whether the kind of people matters."""
