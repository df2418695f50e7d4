"""Training sites: what was written where a model is compiled and fed, and the request that it makes."""

from keraslint.sites.collecting import Inferred, find
from keraslint.sites.requests import request, verdict

__all__ = ["Inferred", "find", "request", "verdict"]
