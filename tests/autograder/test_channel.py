"""Messages between grader, zygote and warden: what was said before the end is heard, whatever was left unread."""

from __future__ import annotations

from autograder.kernel import channel


def test_the_last_word_is_heard_of_one_who_left_without_reading():
    ours, theirs = channel.pair()
    with ours:
        channel.send(ours, {"end": True})
        channel.send(theirs, {"code": 7})
        theirs.close()

        assert channel.receive(ours) == ({"code": 7}, [])
        assert channel.receive(ours) is None


def test_one_who_left_in_silence_is_gone():
    ours, theirs = channel.pair()
    with ours:
        channel.send(ours, {"end": True})
        theirs.close()

        assert channel.receive(ours) is None
