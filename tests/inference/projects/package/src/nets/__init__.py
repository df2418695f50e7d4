from .build import *
from .config import HEADS as NAMES
