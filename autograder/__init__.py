"""Releases assignments and grades classes; `autograder.checks` is the vocabulary of the test cells."""
