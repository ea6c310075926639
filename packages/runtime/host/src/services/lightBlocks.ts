/** Light blocks of this node, or of whoever else has them. */

import { isTold } from '@wadi/base/errors'
import type { LightBlock, Validators } from '@wadi/consensus/consensus/block'
import type { Eventually, LightChain, RuntimeServices } from '@wadi/contracts/runtime-services'
import { refusal } from '../errors.ts'

/** The light block of a height. */
export function fetchBlock(
  services: RuntimeServices,
  height: bigint,
  signal: AbortSignal,
): Promise<LightBlock> {
  const words = `failed to fetch light block for height ${height}`
  return fetchFrom(services, words, (chain) => chain.lightBlock(height, signal))
}

/** Who decides about the block of a height. */
export function fetchValidators(
  services: RuntimeServices,
  height: bigint,
  signal: AbortSignal,
): Promise<Validators> {
  const words = `failed to fetch validator for height ${height}`
  return fetchFrom(services, words, (chain) => chain.validators(height, signal))
}

async function fetchFrom<T>(
  { consensus, lightProvider }: RuntimeServices,
  words: string,
  fetch: (chain: LightChain) => Eventually<T>,
): Promise<T> {
  try {
    return await fetch(consensus)
  } catch (error) {
    if (!isTold(error)) throw error
    try {
      if (lightProvider === undefined) throw error
      return await fetch(lightProvider)
    } catch (second) {
      if (!isTold(second)) throw second
      throw refusal(`${words}: ${second.message}`)
    }
  }
}
