"""From downloads to `submitted/`: `source` reads folders and archives, `naming` tells whose a file is."""

from autograder.collecting.collection import Collected, as_text, collect

__all__ = ["Collected", "as_text", "collect"]
