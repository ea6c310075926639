/** What the beacon answers. */

import { definePlainErrors } from '@wadi/base/errors'
import { calls } from '@wadi/consensus/beacon/api'
import type { Epoch } from '@wadi/primitives/epoch'
import { type ApiMethods, type ApiView, answering, withWords } from '../kernel/api.ts'
import { exportGenesis } from './genesis.ts'
import { epochOf, epochTimeOf, futureEpochOf, parametersOf, randomValueOf } from './queries.ts'

/** Epochs that no block is known of. */
export const errors = definePlainErrors('epochs', {
  predatesBase: 'epoch predates base',
  notFound: 'failed to find historic epoch',
})

/**
 * The height at which an epoch began.
 * COMPAT(oasis-core): the reference gives up where half an interval leads to the same epoch twice,
 * unless it remembers the epoch; we go on.
 */
function blockOfEpoch(view: ApiView, wanted: Epoch): bigint {
  const { base } = view.genesis.beacon
  const now = epochTimeOf(view.state)
  if (wanted === now.epoch) return now.height
  if (wanted < base) throw errors.predatesBase(`base: ${base}, requested: ${wanted}`)
  if (wanted === base) return view.genesis.height
  if (wanted > now.epoch) throw errors.notFound()
  let [low, high] = [view.firstHeight, now.height]
  while (low < high) {
    const middle = (low + high) / 2n
    const { epoch, height } = epochTimeOf(view.stateAt(middle))
    if (epoch === wanted) return height
    if (epoch < wanted) low = middle + 1n
    else high = height
  }
  throw errors.notFound()
}

/** COMPAT(oasis-core): a height below zero is the last one here, but its number is not. */
function nextEpoch({ state, height }: ApiView, asked: bigint): Epoch {
  const future = futureEpochOf(state)
  const isNext = future?.height === (asked === 0n ? height : asked) + 1n
  return isNext ? future.epoch : epochOf(state)
}

export const methods: ApiMethods = answering(calls, {
  'Beacon/GetBaseEpoch': ({ genesis }) => genesis.beacon.base,
  'Beacon/GetEpoch': ({ state }) => epochOf(state),
  'Beacon/GetNextEpoch': nextEpoch,
  'Beacon/GetFutureEpoch': ({ state }) => futureEpochOf(state),
  'Beacon/GetEpochBlock': blockOfEpoch,
  'Beacon/GetBeacon': ({ state }) => randomValueOf(state),
  'Beacon/StateToGenesis': ({ state }) => exportGenesis(state),
  'Beacon/ConsensusParameters': (view) =>
    parametersOf(withWords('beacon: genesis query failed', () => view.state)),
})
