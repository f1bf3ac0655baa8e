// Asks one server the same thing over kept connections for some seconds; prints what it saw as JSON.
// node load.mjs URL SECONDS CONNECTIONS < body
import { Pool } from "undici";

const [url, seconds, connections] = process.argv.slice(2);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const body = Buffer.concat(chunks);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: Number(connections), pipelining: 1 });
const headers = { "content-type": "application/json", accept: "application/json" };
const times = [];
let bytes = 0;

async function ask(until, note) {
  while (performance.now() < until) {
    const begun = performance.now();
    const answer = await pool.request({ path: pathname, method: "POST", headers, body });
    const received = (await answer.body.arrayBuffer()).byteLength;
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    if (note) {
      times.push(performance.now() - begun);
      bytes = received;
    }
  }
}

const everyone = (until, note) => Promise.all(Array.from({ length: Number(connections) }, () => ask(until, note)));
await everyone(performance.now() + 1000, false);
const begun = performance.now();
await everyone(begun + Number(seconds) * 1000, true);
const elapsed = (performance.now() - begun) / 1000;
times.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    rate: times.length / elapsed,
    mean: times.reduce((sum, time) => sum + time, 0) / times.length,
    p99: times[Math.ceil(times.length * 0.99) - 1],
    bytes,
  }),
);
await pool.close();
