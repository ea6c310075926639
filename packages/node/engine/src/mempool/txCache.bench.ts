import { bench, run, summary } from 'mitata'
import { CACHE_COUNT_MAX } from './limits.ts'
import { TxCache } from './txCache.ts'
import { txKeyOf } from './txKey.ts'
import { TxSet } from './txSet.ts'

/** Each comes from three peers and in a block; then it is out of the cache for a long time. */
const TXS = 4 * CACHE_COUNT_MAX
const SIGHTINGS = 4
const keys = Array.from({ length: TXS }, (_, i) => txKeyOf(new Uint8Array(Buffer.from(`${i}`))))

function seeAll(cache: Pick<TxCache, 'push'>): void {
  for (const key of keys) for (let i = 0; i < SIGHTINGS; i++) cache.push(key)
}

summary(() => {
  const [cache, plain] = [new TxCache(CACHE_COUNT_MAX), new TxSet(CACHE_COUNT_MAX)]
  bench('cache', () => seeAll(cache))
  bench('plain set', () => seeAll(plain))
})

await run()
