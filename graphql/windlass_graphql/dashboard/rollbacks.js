// Upgrades that were undone, and the copies of code that can still be gone back to.

import { copyableOf } from "./copying.js";
import { element } from "./elements.js";
import { bytes, count } from "./format.js";
import { Keyed } from "./keyed.js";
import { momentOf } from "./moment.js";

/** {update(store)} of the list in the page. */
export function rollbacks(container) {
  const list = new Keyed(container, ({ key }) => key, line, "No upgrade was rolled back, and no copy of former code is kept.");
  return { update: (store) => list.update(store.multisigs.flatMap(of)) };
}

function of({ address, rollbacks: done, keptCopies }) {
  return [
    ...done.nodes.map((each) => ({ ...each, key: `${address}/${each.seq}`, undone: true })),
    ...keptCopies.nodes.map((each) => ({ ...each, key: each.buffer, undone: false })),
  ];
}

function line(item) {
  return { element: item.undone ? undone(item) : kept(item), update() {} };
}

function undone({ proposal, upgrade, at, executor, signature }) {
  return element(
    "article",
    { class: "card line" },
    element("h3", {}, `Upgrade #${upgrade?.id ?? "?"} was rolled back`),
    element("p", {}, `By proposal #${proposal?.id ?? "?"}, `, momentOf(at), ", executed by ", copyableOf("the executor’s address", executor), " in ", copyableOf("the transaction", signature), "."),
  );
}

function kept({ buffer, length, codeDigest, version, at, proposal }) {
  return element(
    "article",
    { class: "card line" },
    element("h3", {}, `Version ${count(version)} can be brought back`),
    element("p", {}, `Kept for upgrade #${proposal?.id ?? "?"} since `, momentOf(at), `: ${bytes(length)} with code digest `, copyableOf("the code digest", codeDigest), " in ", copyableOf("the copy’s address", buffer), ". Within 7 days of the upgrade, by the emergency threshold."),
  );
}
