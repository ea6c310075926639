/** `node bench/src/makeLongChain.ts`: makes the chain of `long-chain/start`, once for all runs. */

import { keepLongChain } from './longChain.ts'

const { dataDir } = await keepLongChain()
console.log(`the chain is in ${dataDir}`)
process.exit()
