"""Text that tries to become code: HTML, CSS, URL and Markdown injections, as a page could print them.

`{n}` is a serial number, so that a test can tell which one got through. The host is one that no test may reach.
"""

from __future__ import annotations

HOST = "http://127.0.0.1:9/evil"

_CODE = [
    "<script>hit({n})</script>",
    "<script src={host}/{n}.js></script>",
    "<ScRiPt>hit({n})</sCrIpT>",
    "<script/x>hit({n})</script>",
    "<img src=x onerror=hit({n})>",
    "<img src=x onerror='hit({n})'>",
    '<img src="{host}/{n}.png">',
    "<img/src=x/onerror=hit({n})>",
    "<svg onload=hit({n})>",
    "<svg/onload=hit({n})//",
    "<svg><script>hit({n})</script></svg>",
    "<svg><a xlink:href='javascript:hit({n})'>x</a>",
    "<svg><animate onbegin=hit({n}) attributeName=x dur=1s>",
    "<svg><use href='{host}/{n}.svg#x'/></svg>",
    "<iframe src=javascript:hit({n})></iframe>",
    "<iframe srcdoc='<script>parent.hit({n})</script>'></iframe>",
    "<iframe src={host}/{n}></iframe>",
    "<object data='{host}/{n}'></object>",
    "<embed src='{host}/{n}'>",
    "<body onload=hit({n})>",
    "<input autofocus onfocus=hit({n})>",
    "<details open ontoggle=hit({n})>x</details>",
    "<video src='{host}/{n}' onerror=hit({n})></video>",
    "<audio src={host}/{n} onerror=hit({n})>",
    "<video><source onerror=hit({n})></video>",
    "<link rel=stylesheet href='{host}/{n}.css'>",
    "<link rel=prefetch href='{host}/{n}'>",
    "<style>@import '{host}/{n}.css';</style>",
    "<style>body{{background:url({host}/{n}.png)}}</style>",
    "<div style='background:url({host}/{n})'>x</div>",
    "<meta http-equiv=refresh content='0;url={host}/{n}'>",
    "<base href='{host}/{n}/'>",
    "<form action='{host}/{n}'><button>go</button></form>",
    "<a href='javascript:hit({n})'>x</a>",
    "<a href=' java\nscript:hit({n})'>x</a>",
    "<math><mi xlink:href='javascript:hit({n})'>x</mi></math>",
    "<marquee onstart=hit({n})>x</marquee>",
    "<table background='{host}/{n}.png'>",
    "<template><script>hit({n})</script></template>",
    "<noscript><img src=x onerror=hit({n})></noscript>",
    "<!--><script>hit({n})</script>-->",
    "<![CDATA[<script>hit({n})</script>]]>",
    "<?xml version='1.0'?><script>hit({n})</script>",
    "<x contenteditable onblur=hit({n}) tabindex=1>x",
    "<a ping='{host}/{n}' href='#'>x</a>",
    "&lt;script&gt;hit({n})&lt;/script&gt;",
    "&#60;script&#62;hit({n})&#60;/script&#62;",
    "&amp;lt;script&amp;gt;hit({n})",
    "\u003cscript\u003ehit({n})\u003c/script\u003e",
    "＜script＞hit({n})＜/script＞",
    "<scr<script>ipt>hit({n})</scr</script>ipt>",
    "javascript:hit({n})",
    "<img src=`x` onerror=hit({n})>",
    "<img srcset='{host}/{n}.png 1x'>",
    "<picture><source srcset='{host}/{n}'><img></picture>",
    "data:text/html,<script>hit({n})</script>",
    "<isindex action=javascript:hit({n}) type=image>",
    "<frameset onload=hit({n})>",
]
_MARKDOWN = [
    "[x](javascript:hit({n}))",
    "![x]({host}/{n}.png)",
    "![x](<{host}/{n}.png>)",
    "[x]: javascript:hit({n})",
    "![x][{n}]\n\n[{n}]: {host}/{n}.png",
    "<javascript:hit({n})>",
    "[x](data:text/html;base64,PHNjcmlwdD5oaXQoKTwvc2NyaXB0Pg==)",
    "[![x]({host}/{n}.png)](javascript:hit({n}))",
    "![x\\]({host}/{n}.png)](y)",
    "[a$x^2$]({host}/{n})",
    "![$a_b$]({host}/{n}.png)",
    "$<img src=x onerror=hit({n})>^2$",
    "$$\n\n<script>hit({n})</script>\n\n$$",
    "```\n<script>hit({n})</script>\n```",
    "~~~\n<img src=x onerror=hit({n})>",
    "| <script>hit({n})</script> |",
    "# <script>hit({n})</script>",
    "> <img src=x onerror=hit({n})>",
    "- <svg onload=hit({n})>",
    "    <script>hit({n})</script>",
    "\\<script>hit({n})</script>",
    "\\\\<script>hit({n})</script>",
    "`<script>hit({n})</script>",
    "[^1]: <script>hit({n})</script>",
    "---\ntitle: <script>hit({n})</script>\n---",
    "*<img src=x onerror=hit({n})>*",
    "![x]( {host}/{n}.png 'title' )",
    "[x]:<{host}/{n}>",
]
_AROUND = ["{}", '">{}', "'>{}", "</p></td></table></div></pre></code></title>{}", "-->{}", "x\n\n{}\n\nx", "`{}`"]


def payloads() -> list[str]:
    """All of them, numbered."""
    bases = [*_CODE, *_MARKDOWN]
    texts = [around.replace("{}", base) for around in _AROUND for base in bases]
    return [
        text.replace("{{", "{").replace("}}", "}").replace("{n}", str(n)).replace("{host}", HOST)
        for n, text in enumerate(texts)
    ]
