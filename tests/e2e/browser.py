"""A real Chromium, driven over WebDriver: what it shows, what it says on its console, and whom it asks."""

import base64
import json
import urllib.parse

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from players import PATIENCE_S

PHONE, DESK = 390, 1280


class Browser:
    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en-GB",
                         "--hide-scrollbars", "--force-color-profile=srgb"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(PATIENCE_S)
        self.look(DESK, "light")

    def close(self):
        self.driver.quit()

    def look(self, width, scheme, height=900):
        """As seen on a screen of this width, by somebody who likes it light or dark."""
        phone = width < 600
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=2 if phone else 1, mobile=phone)
        self.tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def tell(self, command, **details):
        return self.driver.execute_cdp_cmd(command, details)

    def open(self, url):
        self.driver.get(url)
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def link(self, words):
        return self.driver.find_element(By.LINK_TEXT, words)

    def text(self):
        return self.find("body").text

    def wait(self, holds, what):
        return WebDriverWait(self.driver, PATIENCE_S, 0.05).until(lambda _: holds(self), what)

    def complaints(self):
        """What the console said since the last time."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def hosts(self):
        """Whom it asked since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        return {urllib.parse.urlsplit(url).netloc for url in urls if not url.startswith("data:")}

    def shot(self, file):
        """A picture of the whole page."""
        width, height = self.run("return [innerWidth, document.documentElement.scrollHeight]")
        picture = self.tell("Page.captureScreenshot", captureBeyondViewport=True,
                            clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
        file.write_bytes(base64.b64decode(picture["data"]))
