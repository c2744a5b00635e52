"""placeholder until the next commit"""
class Publisher:
    def __init__(self, **k): pass
    def open(self): pass
    def publish_all(self, kind): return []
