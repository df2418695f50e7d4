"""Configuration files and the options of a command enter, the settings of each file leave."""

from keraslint.config.files import BadConfigError
from keraslint.config.keys import KEYS
from keraslint.config.nearest import Nearest, settings
from keraslint.config.options import Options

__all__ = ["KEYS", "BadConfigError", "Nearest", "Options", "settings"]
