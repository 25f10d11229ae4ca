"""The mathematics of the course, once: one module per slug, imported by figures, widgets, hidden checks and tests."""
