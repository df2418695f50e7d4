from kit.parts.net import build
