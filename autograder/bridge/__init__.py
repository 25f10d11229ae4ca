"""The only way between the student's process and ours: a closed codec, and proxies that call through it.

`codec` turns plain data into bytes and back, `wire` moves frames with a deadline,
`student` answers in the student's process, `proxy` stands for the student's names beside the checks.
"""
