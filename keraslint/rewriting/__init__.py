"""Rewriting: a site, a part of it and what shall stand there enter; edits of the source leave."""
