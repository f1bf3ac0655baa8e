// The views in their places; all are updated from the store at most once a frame.

import { alertLine } from "./alerts.js";
import { councilCard } from "./councils.js";
import { decidedProposal } from "./decided_proposal.js";
import { setText, showIf } from "./elements.js";
import { exactTime } from "./format.js";
import { Keyed } from "./keyed.js";
import { lead } from "./lead.js";
import { migrationCard } from "./migrations.js";
import { openProposal } from "./open_proposal.js";
import { proof } from "./proof.js";
import { rollbacks } from "./rollbacks.js";
import { tiles } from "./tiles.js";
import { vaults } from "./vaults.js";

const place = (id) => document.getElementById(id);
const address = (item) => item.address;

export class Page {
  #scheduled = false;

  constructor(store, clock, countdowns) {
    this.store = store;
    this.clock = clock;
    const context = { store, countdowns };
    const top = lead(countdowns);
    place("lead").replaceChildren(top.element);
    this.views = [
      top,
      tiles(place("tiles")),
      list("open", address, () => openProposal(context), (s) => s.openProposals(), "No proposal is open."),
      list("closed", address, () => decidedProposal(context), (s) => s.closedProposals(), "Nothing was decided yet."),
      list("migration-list", address, migrationCard, (s) => [...s.migrations.values()].sort(newest), "No accounts are migrated."),
      rollbacks(place("rollback-list")),
      list("alert-list", ({ id }) => id, alertLine, (s) => s.newestAlerts(), "Nothing to be told of."),
      vaults(place("vault-list")),
      list("council-list", address, () => councilCard(clock), (s) => s.multisigs, "No council is set up yet."),
      proof(place("proof-list")),
    ];
  }

  /** Soon: several changes are shown together. */
  show() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#update();
    });
  }

  #update() {
    for (const view of this.views) view.update(this.store);
    showIf(place("more"), this.store.older);
    const chain = this.store.status.chainTime;
    setText(place("clock"), chain ? `The chain’s clock at slot ${this.store.status.slot}: ${exactTime(chain)}` : "The chain’s clock is not known yet.");
    document.body.dataset.ready = "yes";
  }
}

const newest = (a, b) => Date.parse(b.startedAt ?? 0) - Date.parse(a.startedAt ?? 0);

function list(id, keyOf, create, items, empty) {
  const keyed = new Keyed(place(id), keyOf, create, empty);
  return { update: (store) => keyed.update(items(store)) };
}
