// Blocks as a node sends them, through @subsquid/solana-normalization: node subsquid.js BLOCKS.jsonl ROUNDS
// Prints {"transactions": in a round, "rates": [transactions a second of processor time]}.

const fs = require('fs')
const {mapRpcBlock} = require('@subsquid/solana-normalization')

const [file, rounds] = process.argv.slice(2)
const lines = fs.readFileSync(file, 'utf8').trim().split('\n')
const journal = {
    warn(props, message) { throw new Error(message) },
    error(props, message) { throw new Error(message) },
}

function round() {
    let transactions = 0
    for (const line of lines) {
        const {slot, block} = JSON.parse(line)
        const mapped = mapRpcBlock({hash: block.blockhash, height: block.blockHeight, slot, block}, journal)
        transactions += mapped.transactions.length
    }
    return transactions
}

const rates = []
let transactions = round() // once for the compiler
for (let i = 0; i < rounds; i++) {
    const start = process.cpuUsage()
    transactions = round()
    const spent = process.cpuUsage(start)
    rates.push(transactions / ((spent.user + spent.system) / 1e6))
}
console.log(JSON.stringify({transactions, rates}))
