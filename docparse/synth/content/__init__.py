"""What stands on the pages: each module makes pieces of some kinds."""
