from kit import api
from kit.api import *
