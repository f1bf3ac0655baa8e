// How numbers, times and names are written for people, in their own locale.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const whenToTheSecond = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const number = new Intl.NumberFormat();

export const count = (value) => number.format(value);

export const plural = (value, one, many = `${one}s`) => `${count(value)} ${Number(value) === 1 ? one : many}`;

/** 7xKX…gAsU */
export const short = (text) => (text.length > 12 ? `${text.slice(0, 4)}…${text.slice(-4)}` : text);

export const bytes = (value) => `${count(value)} bytes`;

/** A time in ISO 8601 in the reader's own zone. */
export const time = (iso) => when.format(new Date(iso));
export const exactTime = (iso) => whenToTheSecond.format(new Date(iso));
export const utc = (iso) => `${new Date(iso).toISOString().replace("T", " ").slice(0, 19)} UTC`;

/** Seconds as a countdown, all parts down to seconds from the largest one on: 1d 23h 59m 07s. */
export function countdown(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  const parts = [
    [Math.floor(left / DAY), "d"],
    [Math.floor((left % DAY) / HOUR), "h"],
    [Math.floor((left % HOUR) / MINUTE), "m"],
    [left % MINUTE, "s"],
  ];
  const first = parts.findIndex(([value], index) => value > 0 || index === 3);
  return parts
    .slice(first)
    .map(([value, unit], index) => `${index ? String(value).padStart(2, "0") : value}${unit}`)
    .join(" ");
}

/** Seconds in words, its one or two largest parts: 2 days 3 hours. */
export function duration(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  const parts = [
    [Math.floor(left / DAY), "day"],
    [Math.floor((left % DAY) / HOUR), "hour"],
    [Math.floor((left % HOUR) / MINUTE), "minute"],
    [left % MINUTE, "second"],
  ].filter(([value]) => value > 0);
  return parts.length ? parts.slice(0, 2).map(([value, unit]) => plural(value, unit)).join(" ") : "0 seconds";
}

/** Base units of a token: an integer of any size, as the API's digits. */
export const baseUnits = (digits) => number.format(BigInt(digits));

const KINDS = { UPGRADE: "Upgrade", ROLLBACK: "Rollback", CONFIG: "Rules change", TRANSFER: "Transfer of authority" };
export const kind = (name) => KINDS[name] ?? name;

const STATES = {
  PROPOSED: "Collecting approvals",
  APPROVED: "Timelock running",
  READY: "Ready to execute",
  EXECUTED: "Executed",
  MIGRATING: "Executed, migrating",
  COMPLETED: "Completed",
  ROLLED_BACK: "Rolled back",
  CANCELLED: "Cancelled",
  EXPIRED: "Expired",
  STALE: "Stale",
};
export const state = (name) => STATES[name] ?? name;
