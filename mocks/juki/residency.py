"""placeholder until the next commit"""
class Residency:
    def __init__(self, **k): pass
    def has(self, n): return False
    def catch_up(self): pass
