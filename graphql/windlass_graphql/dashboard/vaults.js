// What the collateral vaults hold, by token.

import { copyableOf } from "./copying.js";
import { element, setText, showIf } from "./elements.js";
import { baseUnits, count, plural } from "./format.js";
import { Keyed } from "./keyed.js";

const MOST = 32; // tokens that the API lists

/** {update(store)} of the panel in the page. */
export function vaults(container) {
  const list = element("ul", { class: "tokens" });
  const note = element("p", { class: "explain" });
  const tokens = new Keyed(list, ({ mint }) => mint, token, "No vault holds anything yet.");
  let placed = false;
  return {
    update(store) {
      if (!placed) {
        container.replaceChildren(list, note);
        placed = true;
      }
      const all = [...store.tvls.values()].sort(largest);
      tokens.update(all);
      const some = all.length >= MOST ? `The ${count(all.length)} tokens of which most is held. ` : "";
      setText(note, `${some}In base units of each token; locked ones back open positions.`);
      showIf(note, all.length);
    },
  };
}

function largest(a, b) {
  const [one, other] = [BigInt(a.total), BigInt(b.total)];
  return one === other ? (a.mint < b.mint ? -1 : 1) : one < other ? 1 : -1;
}

function token({ mint }) {
  const total = element("strong", { class: "amount" });
  const parts = element("p");
  const root = element(
    "li",
    {},
    element("p", { class: "about" }, "Token ", copyableOf("the token’s mint", mint, { flagged: true })),
    total,
    parts,
  );
  return {
    element: root,
    update(tvl) {
      setText(total, baseUnits(tvl.total));
      setText(parts, `${baseUnits(tvl.available)} available, ${baseUnits(tvl.locked)} locked, in ${plural(tvl.vaults, "vault")}`);
    },
  };
}
