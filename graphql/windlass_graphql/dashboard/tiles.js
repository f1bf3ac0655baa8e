// A few figures to see at a glance.

import { element, setAttribute, setText } from "./elements.js";
import { count, plural } from "./format.js";
import { Keyed } from "./keyed.js";

/** {update(store)} of the list in the page. */
export function tiles(container) {
  const list = new Keyed(container, ({ name }) => name, tile);
  return { update: (store) => list.update(figures(store)) };
}

function figures(store) {
  const { status } = store;
  const migrating = [...store.migrations.values()].filter(({ state }) => state !== "FINALIZED");
  const ready = store.openProposals().filter(({ state }) => state === "READY").length;
  const waiting = store.openProposals().filter(({ state }) => state === "APPROVED").length;
  const { total, verified, disagreeing } = status.streams;
  return [
    { name: "Open proposals", value: count(store.openCount), note: `${waiting} in timelock, ${ready} ready`, href: "#proposals" },
    { name: "Migrations under way", value: count(migrating.length), note: plural(store.migrations.size, "migration") + " in all", href: "#migrations" },
    { name: "Collateral vaults", value: count(store.vaultCount), note: "their totals are below", href: "#vaults" },
    {
      name: "Verified up to slot",
      value: count(status.verifiedUpToSlot),
      note: disagreeing ? `${plural(disagreeing, "stream")} disagree with the chain` : `${count(verified)} of ${plural(total, "stream")} agree`,
      href: "#proof",
      level: disagreeing ? "bad" : null,
    },
  ];
}

function tile() {
  const name = element("span", { class: "tile-name" });
  const value = element("strong");
  const note = element("span", { class: "tile-note" });
  const link = element("a", {}, name, value, note);
  const root = element("li", {}, link);
  return {
    element: root,
    update(figure) {
      setText(name, figure.name);
      setText(value, figure.value);
      setText(note, figure.note);
      setAttribute(link, "href", figure.href);
      setAttribute(root, "data-level", figure.level);
    },
  };
}
