"""The pages, in a real Chromium: clicks, a phone's width, light and dark, names that are no names, and what happens to
an open page when its figures, the API or Ebb itself go away."""

import contextlib
import html.parser
import json
import pathlib
import urllib.parse

import pytest
import requests
import yaml
from selenium.webdriver.common.keys import Keys

from browser import DESK, PHONE, Browser
from harness import TOKENS, Sim
from players import Daemon, free_port

NASTY = yaml.safe_load(
    (pathlib.Path(__file__).resolve().parents[1] / "scenarios" / "nasty-names.yaml").read_text())["tokens"]
NAMES = [token["name"] for token in NASTY]
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "20.00", "critical": "5.00"}}]
PLACES = ["/", "/alerts", "/spend", "/accounts", "/token/main/prod-a"]
VOID = {"meta", "link", "input", "br", "path", "rect", "line", "circle", "use", "polygon", "polyline"}


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.close()


class Site:
    """A daemon with some tokens, and its pages."""

    def __init__(self, sim, folder, names):
        self.sim = sim
        for n, name in enumerate(names):
            sim.create(name, balance=f"{n + 3}.000000001")
        self.daemon = Daemon(folder, sim.url, rules=RULES)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.daemon.settings["http"] = {"listen": [urllib.parse.urlsplit(self.url).netloc]}
        self.daemon.write()
        self.daemon.start()
        self.daemon.wait_polls(2)

    def spend(self, name, balance):
        """Its balance falls, and a poll has seen it."""
        self.sim.set_balance(name, balance)
        self.daemon.wait_polls(2)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Sim() as sim:
        site = Site(sim, tmp_path_factory.mktemp("site") / "ebb", ["prod-a", "prod-b", "dev-c"])
        site.spend("prod-a", "2.500000001")
        yield site
        site.daemon.stop()


@pytest.fixture
def own_site(tmp_path):
    with contextlib.ExitStack() as stack:
        def make(*names):
            site = Site(stack.enter_context(Sim()), tmp_path / "ebb", names)
            stack.callback(lambda: site.daemon.process.alive() and site.daemon.stop())
            return site
        yield make


def refresh(browser):
    """Comes back to the page, which then asks for itself anew."""
    browser.run("document.dispatchEvent(new Event('visibilitychange'))")


# ---- what people do ----

def test_from_the_overview_to_a_token_and_what_would_be(site, browser):
    browser.look(DESK, "light")
    browser.open(site.url + "/")
    browser.complaints(), browser.hosts()
    assert "prod-b" in browser.text() and "Alerts firing" in browser.text()
    browser.link("prod-a").click()
    browser.wait(lambda b: b.find("h1").text.startswith("prod-a"), "the token's page")
    asked = browser.find("input[name=what_if]")
    asked.clear()
    asked.send_keys("20", Keys.ENTER)
    browser.wait(lambda b: "what_if=20" in b.driver.current_url, "the answer")
    assert "With +20, starting at $22.50" in browser.text()
    for place in "Alerts", "Spend", "Accounts", "Overview":
        browser.find(f"header nav a[href^='{'/' if place == 'Overview' else '/' + place.lower()}']").click()
        browser.wait(lambda b, place=place: b.driver.title.startswith(place), place)
    assert browser.complaints() == []
    assert browser.hosts() == {urllib.parse.urlsplit(site.url).netloc}


def test_a_filter_leaves_what_it_names(site, browser):
    browser.look(DESK, "light")
    browser.open(site.url + "/")
    browser.find("input[name=match]").send_keys("PROD", Keys.ENTER)
    browser.wait(lambda b: "match=PROD" in b.driver.current_url, "the filter")
    assert [cell.text for cell in browser.all(".tokens th[scope=row]")] == ["prod-a", "prod-b"]
    browser.open(site.url + "/?environment=dev")
    assert [cell.text for cell in browser.all(".tokens th[scope=row]")] == ["dev-c"]
    browser.open(site.url + "/")
    states = [link.get_attribute("href") for link in browser.all(".states a")]
    assert len(states) > 1
    shown = 0
    for state in states[1:]:
        browser.open(state)
        shown += len(browser.all(".tokens th[scope=row]"))
    assert shown == 3, "every token has one state"


def test_a_keyboard_is_enough(site, browser):
    browser.look(DESK, "light")
    browser.open(site.url + "/")
    browser.find("body").send_keys(Keys.TAB)
    assert browser.driver.switch_to.active_element.text == "Skip to content"
    seen = set()
    for _ in range(40):
        here = browser.driver.switch_to.active_element
        if here.tag_name == "body":
            break  # once around
        seen.add(here.get_attribute("href") or here.get_attribute("name") or here.text)
        style = browser.run("return getComputedStyle(document.activeElement).outlineStyle")
        assert style in ("solid", "auto"), f"no visible focus on {here.tag_name}"
        here.send_keys(Keys.TAB)
    assert site.url + "/token/main/prod-a" in seen and "match" in seen and site.url + "/spend" in seen


def test_spend_is_asked_by_anything_and_taken_away_as_csv(site, browser):
    browser.open(site.url + "/spend?by=environment&since=7d")
    assert "by environment" in browser.text()
    link = browser.link("CSV").get_attribute("href")
    rows = requests.get(link, timeout=10)
    assert rows.status_code == 200, rows.text
    assert rows.headers["Content-Type"].startswith("text/csv") and "attachment" in rows.headers["Content-Disposition"]
    told = site.daemon.run("report", "--by", "environment", "--since", "7d", "--format", "csv").stdout
    assert rows.text.splitlines()[0] == told.splitlines()[0] and "prod" in rows.text
    browser.open(site.url + "/spend?by=mood")
    assert "by" in browser.find("[role=alert]").text
    assert requests.get(site.url + "/spend.csv?by=mood", timeout=10).status_code == 400


# ---- how it looks ----

@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, 768, DESK])
def test_no_page_is_wider_than_its_screen(site, browser, width, scheme):
    browser.look(width, scheme)
    for place in PLACES:
        browser.open(site.url + place)
        assert browser.run("return document.documentElement.scrollWidth") <= width, place
        lightness = browser.run("return getComputedStyle(document.body).backgroundColor").removeprefix("rgb(")
        assert (int(lightness.split(",")[0]) > 128) == (scheme == "light"), place
    assert browser.complaints() == []


class Strict(html.parser.HTMLParser):
    """Fails on what is not closed, on a drawing without a name, and on what the content security policy forbids."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids = [], set()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), self.getpos()
        assert not any(name == "style" or name.startswith("on") for name in given), (tag, given)
        assert tag != "style" and (tag != "script" or given.get("src", "").startswith("/assets/")), (tag, given)
        assert given.get("id") not in self.ids or "id" not in given, given
        self.ids.add(given.get("id"))
        if tag == "svg" and "svg" not in self.open:
            assert given.get("role") == "img" or given.get("aria-hidden") == "true", given
        if tag == "th":
            assert given.get("scope") in ("row", "col"), self.getpos()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag, (tag, self.getpos())


def test_every_page_is_whole_and_needs_no_script(site):
    for place in [*PLACES, "/?match=nobody", "/?page=9", "/token/main/nobody", "/spend?by=provider", "/spend?by=mood",
                  "/token/main/prod-a?what_if=burn%20x2&span=1d", "/token/main/prod-a?what_if=%3Czap%3E",
                  "/alerts?span=1y", "/assets/nothing.css"]:
        page = requests.get(site.url + place, timeout=10)
        assert page.text.startswith("<!DOCTYPE html>") and page.text.endswith("</html>\n"), place
        Strict(page.text)


def test_files_of_a_page_may_be_kept_for_good(site, browser):
    browser.open(site.url + "/")
    for selector, name in ("link[rel=stylesheet]", "href"), ("script", "src"), ("link[rel=icon]", "href"):
        answer = requests.get(browser.find(selector).get_attribute(name), timeout=10)
        assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"]
    assert requests.get(site.url + "/", timeout=10).headers["Cache-Control"] == "no-store"


# ---- what it says ----

def test_it_agrees_with_the_command_to_the_last_nano_dollar(site, browser):
    told = {row["token"]: row for row in
            json.loads(site.daemon.run("status", "--json").stdout, parse_float=str)["tokens"]}
    browser.open(site.url + "/")
    for row in browser.all(".tokens tbody tr"):
        cells = row.find_elements("css selector", "data")
        name = row.find_element("css selector", "th a").text
        assert cells[0].get_attribute("value") == told[name]["balance_usd"]


def test_every_name_is_text_and_leads_to_its_page(own_site, browser):
    site = own_site(*NAMES)
    site.daemon.wait_polls(1)
    browser.look(DESK, "light")
    browser.open(site.url + "/")
    links = [a.get_attribute("href") for a in browser.all(".tokens th[scope=row] a")]
    assert len(links) == len(NAMES)
    titles = set()
    for link in links:
        page = requests.get(link, timeout=10)
        assert page.status_code == 200, link
        Strict(page.text)
        browser.open(link)
        titles.add(browser.run("return document.querySelector('h1').firstChild.data"))
    assert len(titles) == len({browser.run("return arguments[0].replace(/[\\s\\u0000-\\u001f]/g, '')", t)
                               for t in titles}), "no two names look alike but for blanks"
    assert browser.complaints() == []
    assert browser.run("return window.hacked") is None


def test_without_tokens_it_says_so(own_site, browser):
    site = own_site()
    browser.open(site.url + "/")
    assert "No tokens" in browser.text()
    for place in "/alerts", "/spend", "/accounts":
        browser.open(site.url + place)
        assert "nan" not in browser.text() and browser.find("main").text


def test_a_dead_api_is_said_before_anything_else(own_site, browser):
    site = own_site("prod-a")
    site.sim.fault(kind="status", status=503, path=TOKENS)
    site.daemon.wait_poll("unavailable", len(site.daemon.process.lines.items))
    browser.open(site.url + "/")
    banner = browser.find("[role=alert]")
    assert "not current" in banner.text and "503" in banner.text
    assert banner.location["y"] < 200


# ---- a page that stays open ----

def test_an_open_page_follows_without_being_loaded_anew(own_site, browser):
    site = own_site("prod-a", "prod-b")
    browser.look(DESK, "light")
    browser.open(site.url + "/")
    browser.run("window.same = true; scrollTo(0, 40)")
    browser.find("input[name=match]").send_keys("half a wo")
    site.spend("prod-a", "1.250000000")
    refresh(browser)
    browser.wait(lambda b: "$1.25" in b.text(), "the new balance")
    assert browser.run("return window.same") is True
    assert browser.find("input[name=match]").get_attribute("value") == "half a wo"
    assert browser.run("return document.activeElement.name") == "match"
    browser.run("document.querySelector('.tokens a[href$=\"prod-b\"]').focus()")
    site.spend("prod-b", "1.750000000")
    refresh(browser)
    browser.wait(lambda b: "$1.75" in b.text(), "the next balance")
    assert browser.run("return document.activeElement.textContent") == "prod-b"


def test_an_open_page_says_when_nobody_answers_any_more(own_site, browser):
    site = own_site("prod-a")
    browser.open(site.url + "/")
    assert not browser.find("#contact").is_displayed()
    site.daemon.stop()
    refresh(browser)
    browser.wait(lambda b: b.find("#contact").is_displayed(), "the warning")
    assert "not current" in browser.find("#contact").text and "prod-a" in browser.text()
    site.daemon.start()
    site.daemon.wait_polls(1)
    refresh(browser)
    browser.wait(lambda b: not b.find("#contact").is_displayed(), "the end of the warning")
