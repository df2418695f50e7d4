from .heads import heads
