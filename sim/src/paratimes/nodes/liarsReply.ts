/** What a node serves that does not give its trees, or not as they are. */

import { UnavailableError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import type { Reply } from '@wadi/contracts/runtime-network'
import { Hash } from '@wadi/primitives/hash'
import { type DiffMisdeed, serveDiffAs } from '@wadi/runtime-executor/byzantine/serveDiff'
import { checkpointMethods, diffMethods } from '@wadi/runtime-protocol/peers/methods'
import type { CheckpointMisdeed } from '../plan/paratimeClasses.ts'

/** The reply about changes that leaves in place of the program's. */
export function diffReply(misdeed: DiffMisdeed | undefined, method: string, reply: Reply): Reply {
  const { name, response } = diffMethods.getDiff
  if (misdeed === undefined || method !== name || reply.kind === 'error') return reply
  const writeLog = serveDiffAs(misdeed, decode(response, reply.body).writeLog)
  if (writeLog !== undefined) return { kind: 'ok', body: encode(response, { writeLog }) }
  return { kind: 'error', error: new UnavailableError('sim.nothing', 'there is nothing here') }
}

/** The same about checkpoints. */
export function checkpointReply(
  misdeed: CheckpointMisdeed | undefined,
  method: string,
  reply: Reply,
): Reply {
  if (misdeed === undefined || reply.kind === 'error') return reply
  const { getCheckpoints, getCheckpointChunk } = checkpointMethods
  if (misdeed === 'corrupt-chunk' && method === getCheckpointChunk.name) {
    const { chunk } = decode(getCheckpointChunk.response, reply.body)
    return { kind: 'ok', body: encode(getCheckpointChunk.response, { chunk: flipped(chunk) }) }
  }
  if (misdeed !== 'false-checkpoint' || method !== getCheckpoints.name) return reply
  const { checkpoints } = decode(getCheckpoints.response, reply.body)
  if (checkpoints.length === 0) return reply
  const others = checkpoints.map((one) => {
    return { ...one, root: { ...one.root, hash: Hash.check(flipped(one.root.hash)) } }
  })
  return { kind: 'ok', body: encode(getCheckpoints.response, { checkpoints: others }) }
}

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1)
}
