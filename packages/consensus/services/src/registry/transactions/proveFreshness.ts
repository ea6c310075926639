import { errors } from '@wadi/consensus/registry/errors'
import type { Context } from '../../kernel/context.ts'
import { useGas } from '../../kernel/method.ts'
import { parametersOf } from '../queries.ts'

/** registry.ProveFreshness: changes nothing; in it an enclave sees that its view is recent. */
export function proveFreshness(ctx: Context): void {
  const { teeFeatures, gasCosts } = parametersOf(ctx.state)
  if (teeFeatures?.freshnessProofs !== true) throw errors.invalidArgument('not enabled')
  useGas(ctx, gasCosts, 'prove_freshness')
}
