/** What a node refused or could not do, for people: what, why, and what next. */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import { plainLine } from '../words/plainText.ts'

/** What to do about refusals that people meet, by module and code. */
const REMEDIES: Readonly<Record<string, string>> = {
  'staking/3': 'look at what there is with wadi balance, and take less',
  'staking/4': 'delegate more to the account first',
  'staking/5': 'the network, or the other account, has to allow it first',
  'staking/7': 'take an allowance back with wadi allowance lower',
  'staking/8': 'delegate more',
  'staking/9': 'send more',
  'staking/10': 'leave more in the account: look at it with wadi balance',
  'core/12': 'let it use more with --gas',
  'consensus/3': 'ask for a height between those that wadi status shows',
  'consensus/5': 'wait: the same transaction is on its way',
  'consensus/transaction/1': 'another transaction of the account came first; do it again',
  'consensus/transaction/2': 'the fee needs more than the account has; see wadi balance',
  'consensus/transaction/3': 'pay more for the gas with --gas-price',
  'governance/2': 'choose a later epoch',
  'governance/3': 'wait for the one that is pending, or choose another epoch',
  'governance/4': 'see wadi governance proposals for those that passed',
  'governance/5': 'see wadi governance proposals for those that there are',
  'governance/6': 'vote with the account of a validator',
  'governance/7': 'see wadi governance proposals for those that are open',
}

const OTHERWISE = 'check what was asked for, and the node with wadi status'

function explainAway(error: UnavailableError, target: string): string {
  const { cause, reason } = error
  const message = plainLine(error.message)
  if (reason === 'grpc.deadlineExceeded')
    return `the node at ${target} did not answer in time; see it with wadi status, and try again`
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  const why = code === undefined ? '' : ` (${code})`
  return message.startsWith(`grpc: cannot reach ${target}`)
    ? `no node answers at ${target}${why}; start it, or name another one with --node`
    : `the node at ${target} cannot answer now (${message}); try again`
}

/** Nobody can prove everything, and some do not want to. */
function explainUnproved({ module, code, reason, message }: CodedError): CodedError {
  const remedy =
    reason === 'lightNode.notProvable'
      ? 'ask without --verify, and believe the node'
      : 'see that trust: in the settings is of the network, and name other nodes'
  return new CodedError(module, code, reason, message, `it is not proved (${message}); ${remedy}`)
}

/** Is something missing for a proof, or wrong with it? */
export function isUnproved({ reason }: CodedError): boolean {
  return /^light(Node)?\./.test(reason)
}

/** Is the sentence ours already? */
function isOurs({ reason }: CodedError | UnavailableError): boolean {
  return reason.startsWith('wadi.') || reason.startsWith('usage.')
}

/** The error that people are told. */
export function explainFailure(error: unknown, target: string): unknown {
  if (error instanceof UnavailableError && !isOurs(error))
    return new UnavailableError(error.reason, explainAway(error, target), { cause: error })
  if (!(error instanceof CodedError) || isOurs(error)) return error
  const { module, code, reason } = error
  const message = plainLine(error.message)
  if (isUnproved(error)) return explainUnproved(error)
  const remedy = REMEDIES[`${module}/${code}`] ?? OTHERWISE
  return new CodedError(
    module,
    code,
    reason,
    message,
    `the network refuses it (${message}); ${remedy}`,
  )
}
