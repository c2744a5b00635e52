"""Pages from templates: everything that is filled in is escaped and neutral."""

from renkei.adapters.jinja2.renderer import Renderer

__all__ = ["Renderer"]
