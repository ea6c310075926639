import { CodedError } from '@wadi/base/errors'
import { ThresholdKind } from '@wadi/consensus/staking'
import { calls } from '@wadi/consensus/staking/api'
import { errors } from '@wadi/consensus/staking/errors'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { type AskedNode, withNode } from '../connection/nodeConnection.ts'
import { amountText, type TokenTerms } from '../transaction/amounts.ts'
import { textOf } from '../transaction/lines.ts'
import { tokenOfNode } from './tokenOfNode.ts'

const DONE = 0
const height = 0n
/** COMPAT(oasis-core): in this order, and without that of observers. */
const KINDS = [
  'entity',
  'node-validator',
  'node-compute',
  'node-keymanager',
  'runtime-compute',
  'runtime-keymanager',
  'keymanager-churp',
] as const
const INVALID_THRESHOLD = errors.invalidThreshold()

function isInvalidThreshold(error: unknown): boolean {
  const { module, code } = INVALID_THRESHOLD
  return error instanceof CodedError && error.module === module && error.code === code
}

/** The line for one minimum of stake; none where the network has no such minimum. */
async function thresholdLine(
  node: AskedNode,
  name: (typeof KINDS)[number],
  token: TokenTerms,
): Promise<readonly string[]> {
  try {
    const kind = ThresholdKind.names[name]
    const amount = await node.ask(calls, 'Staking/Threshold', { height, kind })
    return [`Staking threshold (${name}): ${amountText(amount, token)}`]
  } catch (error) {
    if (isInvalidThreshold(error)) return []
    throw error
  }
}

/** `stake info`. */
export const info = command({
  name: 'info',
  summary: 'show the supply, the pools and the thresholds of stake',
  options: connectionFlags,
  run: ({ flags }, world) =>
    withNode(flags, world, async (node) => {
      const token = await tokenOfNode(node)
      const lines = [
        `Token's ticker symbol: ${token.symbol}`,
        `Token's value base-10 exponent: ${token.exponent}`,
      ]
      for (const [title, name] of [
        ['Total supply', 'Staking/TotalSupply'],
        ['Common pool', 'Staking/CommonPool'],
        ['Last block fees', 'Staking/LastBlockFees'],
        ['Governance deposits', 'Staking/GovernanceDeposits'],
      ] as const)
        lines.push(`${title}: ${amountText(await node.ask(calls, name, height), token)}`)
      for (const name of KINDS) lines.push(...(await thresholdLine(node, name, token)))
      world.out.write(textOf(lines))
      return DONE
    }),
})
