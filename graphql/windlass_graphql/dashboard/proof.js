// How the read model proves itself, stream by stream.

import { copyableOf } from "./copying.js";
import { element, setAttribute, setText } from "./elements.js";
import { count } from "./format.js";
import { Keyed } from "./keyed.js";
import { judged } from "./verification.js";

const MOST = 12;

/** {update(store)} of the panel in the page. */
export function proof(container) {
  const reach = element("p");
  const list = element("ul", { class: "streams" });
  const streams = new Keyed(list, ({ stream }) => stream, line);
  const more = element("p", { class: "explain" });
  const explain = element(
    "p",
    { class: "explain" },
    "Each account on chain holds a digest of all its events. Whoever has every event, in order, can compute the same digest; so can you. Two independent endpoints that agree are proof, one may lie consistently.",
  );
  let placed = false;
  return {
    update(store) {
      if (!placed) {
        container.replaceChildren(reach, explain, list, more);
        placed = true;
      }
      const { slot, lagSlots, verifiedUpToSlot } = store.status;
      const lag = lagSlots ? `, ${count(lagSlots)} behind the chain` : "";
      setText(reach, `Read up to slot ${count(slot ?? 0)}${lag}; verified up to slot ${count(verifiedUpToSlot)}.`);
      const all = store.streams().sort((a, b) => rank(a) - rank(b));
      streams.update(all.slice(0, MOST));
      setText(more, all.length > MOST ? `And ${count(all.length - MOST)} more, of those that are shown here.` : "");
    },
  };
}

const LEVELS = ["bad", "waiting", "half", "good"];
const NAMES = ["Council", "Migration", "Vault"];
const rank = (stream) => LEVELS.indexOf(judged(stream).level) * NAMES.length + NAMES.indexOf(stream.name);

function line({ name, stream }) {
  const words = element("span", { class: "stands" });
  const root = element("li", {}, element("span", { class: "stream-name" }, name), copyableOf("the stream’s address", stream), words);
  return {
    element: root,
    update(item) {
      const { level, words: said } = judged(item);
      setAttribute(root, "data-level", level);
      setText(words, `${said}, event ${count(item.verifiedSeq)} of ${count(item.seq)}`);
    },
  };
}
