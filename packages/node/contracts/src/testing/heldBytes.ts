/** What this process holds on to. For tests of what others may leave behind in it. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Lets go of everything that nobody refers to. */
export function collectGarbage(): void {
  collect()
  // Buffers are given back in the background: the second time waits for the first.
  collect()
}

/** Bytes of objects and buffers, without garbage. */
export function heldBytes(): number {
  collectGarbage()
  // The rest of what is external is the compilers', and comes and goes.
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
