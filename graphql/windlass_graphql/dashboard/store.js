// What the page knows: the last overview, and what the subscriptions told since.

const OPEN = new Set(["PROPOSED", "APPROVED", "READY"]);
const MOST_ALERTS = 30;

export class Store {
  proposals = new Map();
  migrations = new Map();
  /** The largest ones, for what is verified of them. */
  vaults = new Map();
  /** What all vaults of a token hold together, by the token. */
  tvls = new Map();
  alerts = new Map();
  multisigs = [];
  multisigCount = 0;
  openCount = 0;
  vaultCount = 0;
  status = null;
  cursors = null;
  /** Where wallets find the command service; null is nowhere. */
  commands = null;
  /** Where the list of decided proposals goes on; null is nowhere. */
  older = null;
  /** When this was so, by this machine's wall clock: for people only. */
  asOf = null;
  #toldSince = new Set();
  #closedPages = 0;

  /** Before an overview is asked: what the subscriptions tell until it comes is newer. */
  expectOverview() {
    this.#toldSince.clear();
  }

  /** Gives the alerts that are news, oldest first; of the first overview none is. */
  overview(data) {
    const news = this.status ? data.alerts.nodes.filter((alert) => this.#isNews(alert)).reverse() : [];
    const { open, closed, migrations, vaults, tvls, multisigs, alerts } = data;
    const listed = [...open.nodes, ...closed.nodes];
    if (this.#closedPages <= 1) {
      this.#replace(this.proposals, listed);
      this.older = closed.pageInfo.hasNextPage ? closed.pageInfo.endCursor : null;
      this.#closedPages = 1;
    } else {
      this.#merge(this.proposals, listed);
    }
    this.openCount = open.totalCount;
    this.#replace(this.migrations, migrations.nodes);
    this.#replace(this.vaults, vaults.nodes);
    this.vaultCount = vaults.totalCount;
    this.#replace(this.tvls, tvls, "mint");
    this.multisigs = multisigs.nodes;
    this.multisigCount = multisigs.totalCount;
    this.#merge(this.alerts, alerts.nodes, "id");
    this.cursors = data.cursors;
    this.tellStatus(data.indexerStatus);
    return news;
  }

  /** Another page of decided proposals. */
  olderPage({ proposals }) {
    this.#merge(this.proposals, proposals.nodes);
    this.older = proposals.pageInfo.hasNextPage ? proposals.pageInfo.endCursor : null;
    this.#closedPages += 1;
  }

  tellProposal({ address, proposal }) {
    this.#tell(this.proposals, address, proposal);
  }

  tellMigration({ address, migration }) {
    this.#tell(this.migrations, address, migration);
  }

  tellVault({ address, vault }) {
    this.#tell(this.vaults, address, vault);
  }

  tellTvl({ mint, tvl }) {
    this.#tell(this.tvls, mint, tvl);
  }

  /** Whether it is news: neither known nor withdrawn. */
  tellAlert({ alert }) {
    const news = this.#isNews(alert);
    this.#tell(this.alerts, alert.id, alert);
    return news;
  }

  tellStatus(status) {
    this.status = status;
    this.asOf = new Date();
  }

  /** Those that can still change something: what can be executed first, then by how soon it can. */
  openProposals() {
    const rank = (proposal) =>
      proposal.state === "READY" ? 0 : Date.parse(proposal.timelock.eta ?? proposal.timelock.votingEndsAt);
    const group = (proposal) => ["READY", "APPROVED", "PROPOSED"].indexOf(proposal.state);
    return this.#where(OPEN).sort((a, b) => group(a) - group(b) || rank(a) - rank(b) || b.id - a.id);
  }

  /** Newest first. */
  closedProposals() {
    return [...this.proposals.values()]
      .filter((proposal) => !OPEN.has(proposal.state))
      .sort((a, b) => b.createdSlot - a.createdSlot || (a.address < b.address ? 1 : -1));
  }

  /** Newest first, those that hold. */
  newestAlerts() {
    return [...this.alerts.values()]
      .filter((alert) => !alert.withdrawnAt)
      .sort((a, b) => b.id - a.id)
      .slice(0, MOST_ALERTS);
  }

  multisig(address) {
    return this.multisigs.find((multisig) => multisig.address === address) ?? null;
  }

  /** Every stream that something shown is made from, with what is said of it. */
  streams() {
    const found = new Map();
    const add = (name, { verification }) => found.set(verification.stream, { name, ...verification });
    for (const vault of this.vaults.values()) add("Vault", vault);
    for (const migration of this.migrations.values()) add("Migration", migration);
    for (const multisig of this.multisigs) add("Council", multisig);
    return [...found.values()];
  }

  #isNews({ id, withdrawnAt }) {
    return !withdrawnAt && !this.alerts.has(id);
  }

  #where(states) {
    return [...this.proposals.values()].filter((proposal) => states.has(proposal.state));
  }

  #tell(map, key, value) {
    this.#toldSince.add(key);
    if (value === null) map.delete(key);
    else map.set(key, value);
    this.asOf = new Date();
  }

  #replace(map, nodes, key = "address") {
    const listed = new Set(nodes.map((node) => node[key]));
    for (const known of map.keys()) if (!listed.has(known) && !this.#toldSince.has(known)) map.delete(known);
    this.#merge(map, nodes, key);
  }

  #merge(map, nodes, key = "address") {
    for (const node of nodes) if (!this.#toldSince.has(node[key])) map.set(node[key], node);
  }
}
