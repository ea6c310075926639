/** What somebody pays at most, whatever a node says that it costs. */

import type { TokenTerms } from '@wadi/node/amounts'
import { errors } from '../errors.ts'
import { parseTokens, tokensText } from '../words/tokens.ts'
import type { SendFlagValues } from './sendFlags.ts'

/** Refuses a fee above `--fee-max`. */
export function requireFee(
  flags: Pick<SendFlagValues, 'fee-max'>,
  token: TokenTerms,
  fee: bigint,
): void {
  const most = parseTokens(flags['fee-max'], token)
  if (fee <= most) return
  const [cost, max] = [fee, most].map((each) => tokensText(each, token))
  throw errors.badValue(
    `the fee would be ${cost}, and at most ${max} is to be paid; allow more with --fee-max`,
  )
}
