/** What a node serves that does not give its trees. */

import { UnavailableError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import type { Reply } from '@wadi/contracts/runtime-network'
import { type DiffMisdeed, serveDiffAs } from '@wadi/runtime-executor/byzantine/serveDiff'
import { diffMethods } from '@wadi/runtime-protocol/peers/methods'

/** The reply that leaves in place of the program's. */
export function liarsReply(misdeed: DiffMisdeed | undefined, method: string, reply: Reply): Reply {
  const { name, response } = diffMethods.getDiff
  if (misdeed === undefined || method !== name || reply.kind === 'error') return reply
  const writeLog = serveDiffAs(misdeed, decode(response, reply.body).writeLog)
  if (writeLog !== undefined) return { kind: 'ok', body: encode(response, { writeLog }) }
  return { kind: 'error', error: new UnavailableError('sim.nothing', 'there is nothing here') }
}
