/**
 * `node printDigest.ts <chain> <seed> <blocks>`: runs a workload and prints how many blocks it had,
 * and one digest of all their roots and results.
 */

import { readChain } from '../recordedChain.ts'
import { runWorkload } from './runWorkload.ts'

const [name = '', seed = '0', count = '0'] = process.argv.slice(2)
const { document, blocks } = readChain(name)
const source = { document, blocks: [...blocks].slice(0, Number(count)), seed: BigInt(seed) }
let digest = ''
let done = 0
for (const block of runWorkload(source)) {
  digest = block.digest
  done++
}
process.stdout.write(`${done} blocks, ${digest}\n`)
