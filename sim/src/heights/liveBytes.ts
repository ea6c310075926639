/** What the objects of this process take, without garbage and without what V8 has compiled. */

import { setImmediate as turn } from 'node:timers/promises'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Compiled code, and what belongs to it: it comes and goes by how often functions are called. */
const CODE_SPACES = /code|trusted|read_only/
/** Buffers are given back behind the back of the one that collects, so a turn lies in between. */
const COLLECTIONS = 2

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** See the top of this file; buffers are part of it. */
export async function liveBytes(): Promise<number> {
  for (let i = 0; i < COLLECTIONS; i++) {
    collect()
    await turn()
  }
  const spaces = getHeapSpaceStatistics().filter((one) => !CODE_SPACES.test(one.space_name))
  const objects = spaces.reduce((sum, { space_used_size: size }) => sum + size, 0)
  return objects + process.memoryUsage().external
}
