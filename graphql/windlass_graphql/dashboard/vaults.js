// What the collateral vaults hold, by token.

import { copyableOf } from "./copying.js";
import { element, setText, showIf } from "./elements.js";
import { baseUnits, count, plural } from "./format.js";
import { Keyed } from "./keyed.js";

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
      const all = [...store.vaults.values()];
      tokens.update(totals(all));
      const some = store.vaultCount > all.length ? `Of the ${count(all.length)} largest of ${plural(store.vaultCount, "vault")}. ` : "";
      setText(note, `${some}In base units of each token; locked ones back open positions.`);
      showIf(note, all.length);
    },
  };
}

function totals(all) {
  const found = new Map();
  for (const { mint, totalBalance, lockedBalance, availableBalance } of all) {
    const sum = found.get(mint) ?? { mint, total: 0n, locked: 0n, available: 0n, vaults: 0 };
    sum.total += BigInt(totalBalance);
    sum.locked += BigInt(lockedBalance);
    sum.available += BigInt(availableBalance);
    sum.vaults += 1;
    found.set(mint, sum);
  }
  return [...found.values()].sort((a, b) => (a.total < b.total ? 1 : -1));
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
    update(sum) {
      setText(total, baseUnits(sum.total));
      setText(parts, `${baseUnits(sum.available)} available, ${baseUnits(sum.locked)} locked, in ${plural(sum.vaults, "vault")}`);
    },
  };
}
