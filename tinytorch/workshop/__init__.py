"""The workshop: a reader's own folder of exercises, and `tito`, the command that works in it."""
