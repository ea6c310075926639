/**
 * Looking for the block with which an epoch began. Going forward from a block that is believed is
 * cheap, and going back is done header by header: so one goes back only as far as one has to.
 */

import { currentEpoch } from '@wadi/consensus/beacon/keys'
import { apiMethods } from '@wadi/consensus-services/api'
import type { ApiView } from '@wadi/consensus-services/kernel/api'
import { readExisting } from '@wadi/consensus-services/kernel/state'
import type { Epoch } from '@wadi/primitives/epoch'
import { errors } from './errors.ts'
import type { LightAnswers } from './lightAnswers.ts'
import { EPOCH_HEIGHTS_BACK } from './limits.ts'

const GET_EPOCH_BLOCK = apiMethods['Beacon/GetEpochBlock']!

/** Had an epoch begun and ended before the first block that may be looked at? */
function isBefore(view: ApiView, epoch: Epoch): boolean {
  const { genesis, firstHeight, state } = view
  const isKnown = epoch <= genesis.beacon.base || epoch >= readExisting(state, currentEpoch).epoch
  if (isKnown || firstHeight === genesis.height) return false
  return epoch < readExisting(view.stateAt(firstHeight), currentEpoch).epoch
}

/** The height at which an epoch began, as far back as blocks can be verified. */
export async function epochBlock(answers: LightAnswers, epoch: Epoch): Promise<bigint> {
  const height = await answers.heightOf(0n)
  const { oldest } = answers.facts.headers
  for (const back of EPOCH_HEIGHTS_BACK) {
    const look = (view: ApiView): bigint | undefined =>
      isBefore(view, epoch) ? undefined : GET_EPOCH_BLOCK.answer(view, epoch)
    const found = await answers.look(height, look, oldest - back)
    if (found !== undefined) return found
  }
  throw errors.tooFarBack(`epoch ${epoch}, from ${oldest}`)
}
