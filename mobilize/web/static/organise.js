// Keys for organisers with a long inbox. Every page works without this file; it sends nothing and reads nothing else.
"use strict";

(() => {
  const items = [...document.querySelectorAll("[data-item]")];
  let now = -1;

  const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea");

  const select = (place) => {
    if (place < 0 || place >= items.length) return;
    if (now >= 0) items[now].removeAttribute("data-now");
    now = place;
    items[now].setAttribute("data-now", "");
    items[now].querySelector("[data-open]").focus({ preventScroll: true });
    items[now].scrollIntoView({ block: "nearest" });
  };

  const follow = (name) => document.querySelector(`a[data-${name}]`)?.click();

  const inList = {
    j: () => select(now + 1),
    k: () => select(now - 1),
    o: () => items[now]?.querySelector("[data-open]").click(),
    e: () => items[now]?.querySelector("[data-confirm]")?.click(),
  };

  const onReply = {
    j: () => follow("behind"),
    k: () => follow("before"),
    u: () => follow("back"),
    a: () => document.querySelector("[data-accept]")?.click(),
    e: () => document.querySelector("[data-confirm]")?.click(),
  };

  const stance = (key) => {
    const list = items[now]?.querySelector("select[name=stance]");
    if (list) list.selectedIndex = Number(key);
    const choice = items.length ? null : document.querySelector(`input[data-key="${key}"]`);
    if (choice) choice.checked = true;
  };

  // Who dictates, or presses keys by mistake, can do without (WCAG 2.1.4).
  const off = () => localStorage.getItem("keys") === "off";
  const turn = document.querySelector("[data-keys]");
  const say = () => { turn.textContent = off() ? "Switch the keys on" : "Switch the keys off"; };
  if (turn) {
    turn.hidden = false;
    say();
    turn.addEventListener("click", () => {
      if (off()) localStorage.removeItem("keys");
      else localStorage.setItem("keys", "off");
      say();
    });
  }

  document.addEventListener("keydown", (event) => {
    if (off() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
    if (/^[0-5]$/.test(event.key)) stance(event.key);
    else if (!(items.length ? inList : onReply)[event.key]) return;
    else (items.length ? inList : onReply)[event.key]();
    event.preventDefault();
  });

  for (const [place, item] of items.entries()) {
    item.addEventListener("focusin", () => {
      if (now !== place) {
        if (now >= 0) items[now].removeAttribute("data-now");
        now = place;
        item.setAttribute("data-now", "");
      }
    });
  }

  // What was decided has left the list: go on with what stands first now.
  if (sessionStorage.getItem("decided")) select(0);
  sessionStorage.removeItem("decided");
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".quick")) sessionStorage.setItem("decided", "1");
  });
})();
