"""The interactive figures of the book: one Python and one JavaScript file per chapter; see `widgets.base`."""
