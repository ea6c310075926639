/** The lowest price of gas. */

import type { Frame } from '../../frame/frame.ts'
import { localConfig } from '../../frame/localConfig.ts'
import { type Amounts, amountsOf, type Denomination, U128_MAX } from '../../types/token.ts'
import { type Call, gasPriceOf } from '../../types/transaction.ts'
import { errors } from './errors.ts'
import { usedBatchGas } from './gas.ts'
import { dynamicMinGasPrice, MODULE, parameters } from './state.ts'
import { LocalConfig } from './types.ts'

/** The lowest prices in this round. */
export function minGasPrices(frame: Frame): Amounts {
  const { dynamicMinGasPrice: dynamic, minGasPrice } = parameters.get(frame)
  return (dynamic.enabled ? dynamicMinGasPrice.get(frame.store) : undefined) ?? minGasPrice
}

/** The lowest price that this node's operator takes. */
export function localMinGasPrice(frame: Frame, denomination: Denomination): bigint {
  return localConfig(frame, MODULE, LocalConfig)?.minGasPrice.get(denomination) ?? 0n
}

/** Refuses who pays too little. Encrypted calls are exempt by no method. */
export function checkGasPrice(frame: Frame, { method }: Call): void {
  if (frame.paratime.priceExemptMethods?.has(method) === true) return
  const { fee } = frame.transaction.authInfo
  const { denomination } = fee.amount
  const lowest = minGasPrices(frame).get(denomination)
  const price = gasPriceOf(fee)
  if (lowest === undefined || price < lowest) throw errors.gasPriceTooLow()
  if (frame.isCheckOnly && price < localMinGasPrice(frame, denomination)) {
    throw errors.gasPriceTooLow()
  }
}

/** How much of the gas of a block is wanted to be used, and how fast prices move. */
interface PriceRule {
  readonly gasUsed: bigint
  readonly gasWanted: bigint
  readonly denominator: bigint
}

/** The price of the next block. Integers, divided in this order. */
export function nextPrice({ gasUsed, gasWanted, denominator }: PriceRule, price: bigint): bigint {
  if (gasWanted === 0n || denominator === 0n) return price
  const distance = gasUsed > gasWanted ? gasUsed - gasWanted : gasWanted - gasUsed
  const percent = saturated(distance * 100n) / gasWanted
  const change = saturated(price * percent) / 100n / denominator
  if (gasUsed > gasWanted) return saturated(price + change)
  return price > change ? price - change : 0n
}

function saturated(amount: bigint): bigint {
  return amount > U128_MAX ? U128_MAX : amount
}

/** Moves the lowest prices after a block; never below those of the parameters. */
export function moveGasPrices(frame: Frame): void {
  const { dynamicMinGasPrice: dynamic, maxBatchGas, minGasPrice } = parameters.get(frame)
  if (!dynamic.enabled) return
  const gasUsed = usedBatchGas(frame)
  const gasWanted = (maxBatchGas * BigInt(dynamic.targetBlockGasUsagePercentage)) / 100n
  const denominator = BigInt(dynamic.minPriceMaxChangeDenominator)
  const moved = [...minGasPrices(frame)].map(([denomination, price]) => {
    const next = nextPrice({ gasUsed, gasWanted, denominator }, price)
    const floor = minGasPrice.get(denomination) ?? 0n
    return [denomination, next < floor ? floor : next] as const
  })
  dynamicMinGasPrice.set(frame.store, amountsOf(moved))
}
