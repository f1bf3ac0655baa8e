// Puts it together: the first overview, then the subscriptions from where that stood.

import { sayAlert } from "./alerts.js";
import { Backoff } from "./backoff.js";
import { ChainClock } from "./clock.js";
import { Client } from "./client.js";
import { Connection } from "./connection.js";
import { Countdowns } from "./countdown.js";
import { Following } from "./following.js";
import { Page } from "./page.js";
import { Refresher } from "./refresher.js";
import { Store } from "./store.js";

const DECIDED = 20; // proposals on the first page
const ASK_EVERY = 10_000; // milliseconds, where not everything is told: a proxy may hold back even what is
const graphql = new URL("graphql", document.baseURI);

const store = new Store();
const clock = new ChainClock();
const connection = new Connection(store);
const page = new Page(store, clock, new Countdowns(clock));

async function begin() {
  const backoff = new Backoff();
  for (;;) {
    try {
      const { documents, commands } = await (await fetch(new URL("dashboard/config.json", document.baseURI))).json();
      const client = new Client(graphql, documents);
      store.commands = commands;
      await overview(client);
      live(client, documents);
      return;
    } catch (error) {
      const wait = backoff.next();
      connection.tell({ live: false, retryAt: performance.now() + wait, why: error.message });
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

async function overview(client) {
  store.expectOverview();
  const data = await client.ask("overview", { closed: DECIDED });
  for (const alert of store.overview(data)) sayAlert(alert);
  clock.hear(data.indexerStatus.chainTime);
  page.show();
}

function live(client, documents) {
  const refresher = new Refresher(async () => {
    try {
      await overview(client);
    } catch (error) {
      console.info("not refreshed:", error.message);
      following.doubt();
    }
  });
  const told = (tell, also = () => {}) => (data) => {
    const [message] = Object.values(data);
    also(message, tell.call(store, message));
    page.show();
  };
  const following = new Following(graphql, documents, {
    onState: (state) => connection.tell(state),
    onLive: () => refresher.soon(),
  });
  const { cursors } = store;
  const cursorOf = (data) => Object.values(data)[0].cursor;
  // What a decision brings with it (the program's version, the rules, rollbacks) has no subscription of its own.
  following.follow("proposalChanged", told(store.tellProposal, () => refresher.soon()), { after: cursors.proposals, cursorOf, isCore: true });
  following.follow("migrationChanged", told(store.tellMigration), { after: cursors.migrations, cursorOf });
  following.follow("alertChanged", told(store.tellAlert, ({ alert }, isNews) => isNews && sayAlert(alert)), { after: cursors.alerts, cursorOf });
  following.follow("vaultChanged", told(store.tellVault), { after: cursors.vaults, cursorOf });
  following.follow("tvlChanged", told(store.tellTvl), { after: cursors.tvls, cursorOf });
  following.follow("statusChanged", told(store.tellStatus, (status) => {
    clock.hear(status.chainTime);
    if (!following.isWhole || isDue() || isUnproven()) refresher.soon();
  }), { isCore: true });
  setInterval(() => !following.isWhole && refresher.soon(), ASK_EVERY);
  following.connect();
  document.getElementById("more").addEventListener("click", async () => {
    try {
      store.olderPage(await client.ask("older", { after: store.older }));
      page.show();
    } catch (error) {
      console.info("no older ones:", error.message);
    }
  });
}

/** Whether the chain's clock has passed what a shown proposal waits for: no event tells of that. */
function isDue() {
  return store.openProposals().some(({ state, timelock }) => {
    const at = { PROPOSED: timelock.votingEndsAt, APPROVED: timelock.eta, READY: timelock.graceEndsAt }[state];
    const left = clock.until(at);
    return left !== null && left <= 0;
  });
}

/** Whether something shown is still to be compared with the chain. */
function isUnproven() {
  return store.streams().some(({ isVerified, disagreement }) => !isVerified && !disagreement);
}

begin();
