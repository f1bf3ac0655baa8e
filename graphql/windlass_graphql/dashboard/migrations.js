// Migrations as progress: accounts moved, those that went back, and the last ones of them.

import { copyable, copyableOf } from "./copying.js";
import { element, setAttribute, setText, showIf } from "./elements.js";
import { facts } from "./facts.js";
import { count, plural } from "./format.js";
import { Keyed } from "./keyed.js";
import { layouts } from "./layout.js";
import { momentOf } from "./moment.js";
import { verificationBadge } from "./verification.js";

const STATES = { MIGRATING: "Migrating", REVERTING: "Going back", FINALIZED: "Finalized" };
const DID = { MIGRATE: "moved", REVERT: "went back", CLOSE_RECEIPT: "receipt closed" };

/** {element, update(migration)} */
export function migrationCard() {
  const title = element("h3");
  const program = copyable("the program’s address", { flagged: true });
  const chip = element("span", { class: "chip" });
  const badge = verificationBadge();
  const figures = element("p", { class: "figures" });
  const bar = element("progress", { class: "bar", max: 1, "aria-label": "Accounts in the new layout, of all that were moved" });
  const note = element("p", { class: "explain" });
  const list = facts();
  const log = element("ul", { class: "moves" });
  const moves = new Keyed(log, ({ seq }) => seq, move, "No account has moved yet.");
  const plan = element("details", { class: "plan" }, element("summary", {}, "How accounts change"));
  const root = element(
    "article",
    { class: "card migration" },
    element(
      "header",
      {},
      element("div", { class: "title" }, title, element("p", { class: "about" }, "of program ", program.element)),
      element("div", { class: "chips" }, chip, badge.element),
    ),
    figures,
    bar,
    note,
    list.element,
    element("h4", {}, "Last accounts"),
    log,
    plan,
  );
  let drawn = false;
  return {
    element: root,
    update(migration) {
      const { migrated, reverted, state } = migration;
      const moved = migrated - reverted;
      setText(title, migration.version === null ? "Migration" : `Migration to version ${count(migration.version)}`);
      if (migration.program) program.update(migration.program.address);
      setText(chip, STATES[state] ?? state);
      setAttribute(chip, "data-state", state);
      badge.update(migration.verification);
      setText(figures, `${plural(moved, "account")} in the new layout`);
      bar.value = migrated ? moved / migrated : 0;
      const back = reverted ? `${count(migrated)} moved, ${count(reverted)} went back. ` : "";
      setText(note, `${back}A program cannot list its accounts, so nobody can say of how many; each one moved is proven by its own event.`);
      list.update([
        { name: "Started", value: migration.startedAt, as: "time" },
        { name: "Finalized", value: migration.finalizedAt, as: "time" },
        { name: "Upgrade", value: migration.proposal && `#${migration.proposal.id}` },
        { name: "Tracker", value: migration.address, as: "the tracker’s address" },
      ]);
      moves.update(migration.accounts.nodes);
      if (showIf(plan, migration.plan?.layouts) && !drawn) {
        drawn = true;
        plan.append(layouts(migration.plan));
      }
    },
  };
}

function move({ account, kind, at, signature }) {
  const root = element(
    "li",
    {},
    copyableOf("the account’s address", account, { flagged: true }),
    element("span", {}, DID[kind] ?? kind),
    momentOf(at),
    copyableOf("the transaction", signature),
  );
  return { element: root, update() {} };
}
