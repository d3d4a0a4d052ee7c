"""Printed music read from its pixels: staves, their signs, bars that add up, ABC notation."""

from docparse.model.embedded.music_ink.read import Reading, read_music
from docparse.model.embedded.music_ink.staves import Staff, find_staves, may_hold_staves

__all__ = ["Reading", "Staff", "find_staves", "may_hold_staves", "read_music"]
