// Addresses, hashes and signatures: short for the eye, in full for readers and the clipboard.

import { announce } from "./announcer.js";
import { element, setAttribute, setText } from "./elements.js";
import { flag } from "./flag.js";
import { short } from "./format.js";

const SHOWN = 1_500; // milliseconds that the button says so

/** {element, update(text)}; `what` names it for readers. `whole` shows all of it; `flagged` puts its flag in front. */
export function copyable(what, { whole = false, flagged = false } = {}) {
  const shown = element("code", { class: "short", "aria-hidden": "true" });
  const full = element("span", { class: "visually-hidden" });
  const button = element("button", { class: "copy", type: "button", title: `Copy ${what}` });
  const root = element("span", { class: whole ? "key whole" : "key" }, shown, full, button);
  let text = "";
  button.addEventListener("click", async () => {
    const copied = await toClipboard(text);
    announce(copied ? `Copied ${what}` : `The browser does not let this page copy; select ${what} instead`);
    if (!copied) return;
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), SHOWN);
  });
  return {
    element: root,
    update(value) {
      if (value === text) return;
      text = value;
      setText(shown, whole ? value : short(value));
      setText(full, value);
      setAttribute(root, "title", value);
      setAttribute(button, "aria-label", `Copy ${what} ${short(value)}`);
      root.querySelector(".flag")?.remove();
      if (flagged) root.prepend(flag(value));
    },
  };
}

/** One that stays as it is. */
export function copyableOf(what, text, options) {
  const view = copyable(what, options);
  view.update(text);
  return view.element;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
