// What the page knows: the last overview, and what the subscriptions told since.

const OPEN = new Set(["PROPOSED", "APPROVED", "READY"]);
const MOST_ALERTS = 30;

export class Store {
  proposals = new Map();
  migrations = new Map();
  vaults = new Map();
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

  overview(data) {
    const { open, closed, migrations, vaults, multisigs, alerts } = data;
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
    this.multisigs = multisigs.nodes;
    this.multisigCount = multisigs.totalCount;
    this.#merge(this.alerts, alerts.nodes, "id");
    this.cursors = data.cursors;
    this.tellStatus(data.indexerStatus);
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

  /** Whether it is news: neither known nor withdrawn. */
  tellAlert({ alert }) {
    const news = !alert.withdrawnAt && !this.alerts.has(alert.id);
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

  #where(states) {
    return [...this.proposals.values()].filter((proposal) => states.has(proposal.state));
  }

  #tell(map, key, value) {
    this.#toldSince.add(key);
    if (value === null) map.delete(key);
    else map.set(key, value);
    this.asOf = new Date();
  }

  #replace(map, nodes) {
    const listed = new Set(nodes.map((node) => node.address));
    for (const key of map.keys()) if (!listed.has(key) && !this.#toldSince.has(key)) map.delete(key);
    this.#merge(map, nodes);
  }

  #merge(map, nodes, key = "address") {
    for (const node of nodes) if (!this.#toldSince.has(node[key])) map.set(node[key], node);
  }
}
