/** Where this node stops because its operator wants so. */

import { EPOCH_INVALID, type Epoch } from '@wadi/primitives/epoch'
import { StopForUpgrade } from '../kernel/upgrader.ts'

/** The first epoch and the first height that are not begun any more; zero is never. */
export interface Halt {
  readonly epoch?: Epoch
  readonly height?: bigint
}

/** Stops if the operator wants no such block. */
export function checkHalt(
  { epoch: lastEpoch = 0n, height: lastHeight = 0n }: Halt,
  { epoch, height }: { readonly epoch: Epoch; readonly height: bigint },
): void {
  if (lastHeight !== 0n && height >= lastHeight)
    throw new StopForUpgrade(`the configuration says to halt at height ${lastHeight}`)
  const isEpochKnown = epoch !== EPOCH_INVALID && lastEpoch !== EPOCH_INVALID
  if (lastEpoch > 0n && isEpochKnown && epoch >= lastEpoch)
    throw new StopForUpgrade(`the configuration says to halt at epoch ${lastEpoch}`)
}
