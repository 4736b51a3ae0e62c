"""Uses the pages as a reader does. Arguments: a directory with the reports of `project` and `counted`, and cov-report."""

import subprocess
import sys
import unittest
from pathlib import Path

from chromium import Chromium

REPORTS = Path(sys.argv[1])
COV_REPORT = sys.argv[2]
TESTS = Path(__file__).parent.parent

# Every text on the page with its colour, and the colour behind it.
CONTRASTS = """
const channels = (colour) => {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
};
const luminance = (colour) => {
  const [r, g, b] = colour.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const background = (element) => {
  for (; element; element = element.parentElement) {
    const colour = channels(getComputedStyle(element).backgroundColor);
    if (colour[3] === 255) return colour;
  }
  return [255, 255, 255, 255];
};
const low = new Map();
for (const element of document.body.querySelectorAll("*")) {
  if (!element.checkVisibility()) continue;
  const texts = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) ? [null] : [];
  for (const pseudo of ["::before", "::after"]) {
    const style = getComputedStyle(element, pseudo);
    if (!["none", "normal"].includes(style.content) && style.opacity === "1") texts.push(pseudo);
  }
  for (const pseudo of texts) {
    const style = getComputedStyle(element, pseudo);
    const [light, dark] = [channels(style.color), background(element)].map(luminance).sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) low.set(element.outerHTML.slice(0, 80) + (pseudo || ""), ratio);
  }
}
return [...low];
"""


def url(report, page="index.html"):
    return (REPORTS / report / page).as_uri()


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Chromium()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def setUp(self):
        self.browser.size(1200, 800)
        self.browser.prefer("light")
        self.browser.open(url("project"))
        self.browser.run("localStorage.clear()")
        self.browser.run("location.reload()")

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])

    def run_js(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def visible_files(self):
        return self.run_js(
            "return [...document.querySelectorAll('#files tbody tr')]"
            ".filter((row) => row.checkVisibility()).map((row) => row.querySelector('a').textContent)"
        )

    def texts(self, selector):
        return self.run_js(
            "return [...document.querySelectorAll(arguments[0])].map((element) => element.innerText.trim())", selector
        )

    def hash(self):
        return self.run_js("return location.hash")

    def page(self):
        return self.run_js("return location.pathname.split('/').pop()")


class Index(Pages):
    NAMES = ["analysis/__init__.py", "analysis/parse.py", "api/server.py", "main.py"]

    def test_a_click_on_a_caption_sorts(self):
        self.assertEqual(self.visible_files(), self.NAMES)
        self.browser.click("[data-key=c] button")
        self.assertEqual(
            self.visible_files(), ["analysis/parse.py", "api/server.py", "analysis/__init__.py", "main.py"]
        )
        self.assertEqual(self.run_js("return document.querySelector('[data-key=c]').ariaSort"), "ascending")
        self.assertEqual(self.run_js("return document.querySelectorAll('[aria-sort]').length"), 1)
        self.browser.click("[data-key=c] button")
        self.assertEqual(self.visible_files()[-1], "analysis/parse.py")
        self.run_js("location.reload()")
        self.assertEqual(self.visible_files()[-1], "analysis/parse.py")

    def test_keys_sort(self):
        self.browser.press("m")
        self.assertEqual(self.visible_files()[0], "analysis/parse.py")
        self.browser.press("n")
        self.assertEqual(self.visible_files(), self.NAMES)
        self.browser.press("n")
        self.assertEqual(self.visible_files(), self.NAMES[::-1])
        for key in "sxbpc":
            self.browser.press(key)
            self.assertEqual(self.run_js("return document.querySelector('[aria-sort]').dataset.key"), key)

    def test_the_filter_leaves_what_it_names_and_adds_it_up(self):
        self.browser.press("f")
        self.browser.press("PARSE", "#filter")
        self.assertEqual(self.visible_files(), [])
        self.assertEqual(self.texts("[role=status]"), ["No file has this in its name."])
        self.run_js("document.querySelector('#filter').select()")
        self.browser.press("analysis/", "#filter")
        self.assertEqual(self.visible_files(), self.NAMES[:2])
        foot = self.texts("#files tfoot :is(th, td)")
        self.assertEqual(foot, ["2 of 4 files", "8", "2", "2", "6", "2", "71%"])
        self.browser.press("\ue00c", "#filter")  # Escape
        self.browser.press("m")
        self.assertEqual(self.visible_files()[0], "analysis/parse.py")
        self.run_js("location.reload()")
        self.assertEqual(len(self.visible_files()), 2)

    def test_the_filter_heeds_capitals_only_when_it_has_some(self):
        self.browser.open(url("counted"))
        for text, found in [("ring", ["lib/Ring.h"]), ("Ring", ["lib/Ring.h"]), ("RING", []), ("r", ["lib/Ring.h"])]:
            self.run_js("document.querySelector('#filter').select()")
            self.browser.press(text, "#filter")
            self.assertEqual(self.visible_files(), found, text)

    def test_percentages_of_a_choice_are_those_of_cov_report(self):
        for precision in "012":
            report = REPORTS / f"project-{precision}"
            self.browser.open((report / "index.html").as_uri())
            for chosen in ["a", "i", "server", "analysis", "__init__", "s", "main"]:
                self.run_js(
                    "const filter = document.querySelector('#filter'); filter.value = arguments[0];"
                    "filter.dispatchEvent(new Event('input'))",
                    chosen,
                )
                names = [name for name in self.NAMES if chosen in name]
                self.assertEqual(self.visible_files(), names)
                command = [COV_REPORT, TESTS / "project/coverage.json", "--to=total", "--precision", precision]
                command += ["--include", ",".join(names), "--project", TESTS / "project"]
                total = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                self.assertEqual(self.texts("#files tfoot td:last-child"), [total.strip() + "%"], chosen)

    def test_what_is_covered_can_be_hidden(self):
        self.browser.press("h")
        self.assertEqual(self.visible_files(), ["analysis/parse.py", "api/server.py"])
        self.browser.click("#hide")
        self.assertEqual(self.visible_files(), self.NAMES)

    def test_a_directory_is_a_filter(self):
        self.browser.click("#directories summary")
        self.assertEqual(self.texts("#directories tbody a"), ["analysis/", "api/"])
        self.browser.click("#directories [data-filter='api/']")
        self.assertEqual(self.visible_files(), ["api/server.py"])

    def test_keys_walk_through_the_files(self):
        self.browser.press("jjk")
        self.assertEqual(self.run_js("return document.activeElement.textContent"), self.NAMES[0])
        self.browser.press("]")
        self.assertEqual(self.page(), "analysis___init___py.html")
        self.browser.press("[")
        self.assertEqual(self.page(), "index.html")

    def test_help_opens_and_closes(self):
        self.browser.press("?")
        self.assertIn("hide fully covered", self.texts("dialog[open]")[0])
        self.browser.press("\ue00c", "dialog button")
        self.assertEqual(self.texts("dialog[open]"), [])
        self.browser.click("#help")
        self.browser.click("dialog button")
        self.assertEqual(self.texts("dialog[open]"), [])

    def test_headers_name_their_cells(self):
        unscoped = self.run_js("return document.querySelectorAll('th:not([scope])').length")
        self.assertEqual(unscoped, 0)


class File(Pages):
    def setUp(self):
        super().setUp()
        self.browser.open(url("project", "analysis_parse_py.html"))

    def background(self, selector):
        return self.run_js("return getComputedStyle(document.querySelector(arguments[0])).backgroundColor", selector)

    def test_keys_jump_between_what_is_uncovered(self):
        seen = []
        for key in "jjjjjkk1":
            self.browser.press(key)
            seen.append(self.hash())
        self.assertEqual(seen, ["#L6", "#L7", "#L9", "#L10", "#L10", "#L9", "#L7", "#L6"])
        self.assertTrue(self.run_js("return document.querySelector('#L6').matches(':target')"))
        self.browser.press("p1")
        self.assertEqual(self.hash(), "#L7")

    def test_keys_jump_from_what_is_in_sight(self):
        self.browser.size(1200, 300)
        self.browser.press("j")
        self.assertEqual(self.hash(), "#L6")
        self.run_js(
            "const top = document.querySelector('#L11').getBoundingClientRect().top;"
            "scrollBy(0, top - document.querySelector('header').offsetHeight)"
        )
        self.browser.press("k")
        self.assertEqual(self.hash(), "#L10")
        self.browser.press("0j")
        self.assertEqual(self.hash(), "#L6")

    def test_keys_lead_to_other_pages(self):
        for key, page in [("]", "api_server_py"), ("[", "analysis_parse_py"), ("u", "index")]:
            self.browser.press(key)
            self.assertEqual(self.page(), page + ".html")

    def test_each_state_is_switched_by_key_and_click(self):
        plain = self.background("#L1")
        for key, line, on in [("r", "#L4", False), ("m", "#L7", True), ("p", "#L6", True), ("x", "#L14", True)]:
            button = f"header button.{key}"
            for action in [lambda: self.browser.press(key), lambda: self.browser.click(button)]:
                pressed = self.run_js("return document.querySelector(arguments[0]).ariaPressed", button)
                self.assertEqual(pressed, str(on).lower())
                self.assertEqual(self.background(line) != plain, on, key)
                action()
                on = not on
        self.browser.press("mr")
        self.run_js("location.reload()")
        self.assertEqual(self.background("#L7"), plain)
        self.assertNotEqual(self.background("#L4"), plain)

    def test_states_have_signs(self):
        signs = {
            line: self.run_js("return getComputedStyle(document.querySelector(arguments[0] + ' > a'), '::after').content", line)
            for line in ["#L4", "#L7", "#L6", "#L14", "#L1"]
        }
        self.assertEqual(len(set(signs.values())), 5, signs)
        for word, line in [("covered", "#L4"), ("missing", "#L7"), ("partial", "#L6"), ("excluded", "#L14")]:
            self.assertIn(word, signs[line])

    def test_what_is_missing_of_a_branch_is_said(self):
        self.assertEqual(
            self.texts("#source em"), ["line 6 never jumped to line 7", "line 9 never jumped to line 10"]
        )
        self.browser.click("#L6 em a")
        self.assertEqual(self.hash(), "#L7")
        self.browser.open(url("project", "api_server_py.html"))
        self.assertEqual(self.texts("#source em"), ["line 10 never left the function Server.get (exit)"])
        self.browser.open(url("counted", "lib_queue_c.html"))
        self.assertEqual(
            self.texts("#source em"),
            ["line 6 took 1 of 2 branches, never branch 1", "line 15 took 1 to 2 of 3 branches: the report cannot tell which"],
        )
        self.assertEqual(self.texts("#L14 small, #L12 small, #L17 small"), ["3", "118M", "0"])

    def test_copied_source_is_the_source(self):
        self.browser.open(url("project", "api_server_py.html"))
        self.run_js("getSelection().selectAllChildren(document.querySelector('#source'))")
        copied = self.run_js("return getSelection().toString()")
        source = (TESTS / "project/api/server.py").read_text()
        lines = lambda text: [line for line in text.split("\n") if line.strip()]
        self.assertEqual(lines(copied), lines(source))

    def test_lists_above_the_source_lead_into_it(self):
        self.browser.click("details:nth-of-type(1) summary")
        self.assertEqual(self.texts("details a.m, details a.p"), ["6", "7", "9", "10"])
        self.browser.click("details:nth-of-type(2) summary")
        self.browser.click("details th a[href='#L4']")
        self.assertEqual(self.hash(), "#L4")
        self.assertEqual(self.texts("details tbody td"), ["4", "yes", "5/7", "71%"])

    def test_marks_stand_along_the_edge_of_a_long_page(self):
        self.browser.size(1200, 300)
        self.run_js("location.reload()")
        self.assertEqual(self.run_js("return [...document.querySelectorAll('#map a')].map((a) => a.hash)"),
                         ["#L6", "#L7", "#L9", "#L10"])

    def test_long_lines_wrap_on_demand(self):
        self.browser.open(url("project", "api_server_py.html"))
        self.browser.size(400, 700)
        wide = "const s = document.querySelector('#source'); return s.scrollWidth > s.clientWidth"
        self.assertTrue(self.run_js(wide))
        self.browser.press("w")
        self.assertFalse(self.run_js(wide))


class Everywhere(Pages):
    PAGES = [
        ("project", "index.html"),
        ("project", "analysis_parse_py.html"),
        ("project", "api_server_py.html"),
        ("counted", "lib_queue_c.html"),
        ("stale", "index.html"),
        ("stale", "main_py.html"),
        ("stale", "api_server_py.html"),
    ]

    def test_the_theme_follows_the_system_until_it_is_chosen(self):
        colour = "return getComputedStyle(document.body).backgroundColor"
        light = self.run_js(colour)
        self.browser.prefer("dark")
        dark = self.run_js(colour)
        self.assertNotEqual(light, dark)
        self.browser.press("t")
        self.assertEqual(self.run_js(colour), light)
        self.browser.open(url("project", "main_py.html"))
        self.assertEqual(self.run_js(colour), light)
        self.browser.click("#theme")
        self.assertEqual(self.run_js(colour), dark)

    def test_text_can_be_read_in_both_themes(self):
        for scheme in ["light", "dark"]:
            self.browser.prefer(scheme)
            for report, page in self.PAGES:
                self.browser.open(url(report, page))
                self.run_js(
                    "document.querySelectorAll('details').forEach((each) => { each.open = true; });"
                    "document.querySelector('#source')?.classList.remove('no-r')"
                )
                self.assertEqual(self.run_js(CONTRASTS), [], f"{page} {scheme}")

    def test_nothing_is_fetched_from_elsewhere(self):
        for report, page in self.PAGES:
            self.browser.open(url(report, page))
            names = self.run_js("return performance.getEntriesByType('resource').map((entry) => entry.name)")
            self.assertEqual([name for name in names if not name.startswith((REPORTS.as_uri(), "data:"))], [])

    def test_nothing_is_cut_off_in_a_narrow_window(self):
        self.browser.size(400, 700)
        for report, page in self.PAGES:
            self.browser.open(url(report, page))
            width = self.run_js("return document.scrollingElement.scrollWidth")
            self.assertLessEqual(width, 400, page)

    def test_pages_are_read_without_scripts(self):
        self.browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.browser.open(url("project"))
            snapshot = self.browser.devtools("DOMSnapshot.captureSnapshot", computedStyles=[])["strings"]
            self.assertTrue({"parse.py", "server.py", "71%", "80%"} <= {text.strip() for text in snapshot})
            self.browser.open(url("project", "analysis_parse_py.html"))
            snapshot = self.browser.devtools("DOMSnapshot.captureSnapshot", computedStyles=[])["strings"]
            self.assertTrue({"line 6 never jumped to ", "raise", "2 partial"} <= set(snapshot))
        finally:
            self.browser.devtools("Emulation.setScriptExecutionDisabled", value=False)

    def test_doubtful_sources_are_said_to_be(self):
        self.browser.open(url("stale"))
        warnings = self.texts(".warning")
        self.assertIn("the source of 1 file marked ≠ changed since being measured", warnings[0])
        self.assertIn("the source of 1 file marked ∅ could not be read", warnings[1])
        self.assertEqual(self.texts("#files tbody abbr"), ["∅", "≠"])
        self.browser.open(url("stale", "main_py.html"))
        self.assertIn("has changed since it was measured", self.texts(".warning")[0])
        self.browser.open(url("stale", "api_server_py.html"))
        self.assertIn("could not be read", self.texts(".warning")[0])
        self.assertEqual(self.run_js("return document.querySelector('#L14').className"), "m")
        self.assertEqual(self.run_js("return document.querySelector('#L1')"), None)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
