// Puts the parts of a page that changed in place of their older selves. A page without it is the same page, and as whole:
// it is then as old as it was when it was opened.
"use strict";
(() => {
  const every = 15000, patience = 30000;
  const contact = document.getElementById("contact");
  let timer = 0, asking = null, since = 0;

  const later = () => {
    clearTimeout(timer);
    timer = document.hidden ? 0 : setTimeout(refresh, every);
  };

  // Nothing is taken from under a pointer or a cursor: a part that somebody works in stays until the next time.
  const inUse = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, select")
    || !getSelection().isCollapsed && part.contains(getSelection().anchorNode);

  const refocus = (part) => {
    const here = document.activeElement;
    if (!part.contains(here)) return () => {};
    const links = [...part.querySelectorAll("a, button")], place = links.indexOf(here), href = here.getAttribute("href");
    return (fresh) => {
      const now = [...fresh.querySelectorAll("a, button")];
      const to = href && now.find((link) => link.getAttribute("href") === href) || now[place];
      if (to) to.focus({ preventScroll: true });
    };
  };

  const put = (page) => {
    for (const part of document.querySelectorAll("[data-part]")) {
      const fresh = page.getElementById(part.id);
      if (!fresh || fresh.outerHTML === part.outerHTML || inUse(part)) continue;
      const focus = refocus(part), x = part.scrollLeft;
      const mine = document.importNode(fresh, true);
      part.replaceWith(mine);
      mine.scrollLeft = x;
      focus(mine);
    }
    if (page.title) document.title = page.title;
  };

  const lost = () => {
    if (!since) since = Date.now();
    const minutes = Math.round((Date.now() - since) / 60000);
    contact.textContent = (minutes ? "Ebb has not answered for " + minutes + " min" : "Ebb does not answer")
      + ": this page is not current. Trying again.";
    contact.hidden = false;
  };

  async function refresh() {
    if (asking) asking.abort();
    const mine = asking = new AbortController();
    const limit = setTimeout(() => mine.abort(), patience);
    try {
      const answer = await fetch(location.href, { signal: mine.signal, headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.status);
      put(new DOMParser().parseFromString(await answer.text(), "text/html"));
      since = 0;
      contact.hidden = true;
    } catch (error) {
      if (asking === mine && !document.hidden) lost();
    } finally {
      clearTimeout(limit);
      if (asking === mine) {
        asking = null;
        later();
      }
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) later();
    else refresh();
  });
  later();
})();
