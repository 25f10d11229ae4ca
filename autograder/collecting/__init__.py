"""From downloads to `submitted/`: `source` reads folders and archives, `naming` tells whose a file is."""

from autograder.collecting.collection import Collection, as_text, collect

__all__ = ["Collection", "as_text", "collect"]
