from kit.api import models
from kit.api.models import build
