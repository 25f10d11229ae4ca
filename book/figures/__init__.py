"""The figures of the book: one module per chapter, a function per figure; see `figures.style`."""
