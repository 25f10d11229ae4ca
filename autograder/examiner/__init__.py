"""Runs the key's test cells in a trusted process of their own, the student's names standing in as proxies.

`cell` runs one test cell, `child` is the process in which that happens, `session` is the grader's hold on it.
"""
