/** A network on which a node serves states as a liar does. */

import { CodedError, PLAIN_MODULE } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import type { Reply, Request, Respondent, RuntimeNetwork } from '@wadi/contracts/runtime-network'
import { type DiffMisdeed, serveDiffAs } from '@wadi/runtime-executor/byzantine/serveDiff'
import { diffMethods, publicStorageMethods } from '@wadi/runtime-protocol/peers/methods'

const { name: GET_DIFF, response: Diff } = diffMethods.getDiff
const READS: ReadonlySet<string> = new Set(
  [...Object.values(diffMethods), ...Object.values(publicStorageMethods)].map(({ name }) => name),
)

const FAILURE = new CodedError(PLAIN_MODULE, 1, 'byzantine.failedRead', 'byzantine')

function repliedAs(misdeed: DiffMisdeed, { method }: Request, reply: Reply): Reply {
  if (misdeed === 'fail-read') return READS.has(method) ? { kind: 'error', error: FAILURE } : reply
  if (method !== GET_DIFF || reply.kind === 'error') return reply
  const writeLog = serveDiffAs(misdeed, decode(Diff, reply.body).writeLog) ?? []
  return { kind: 'ok', body: encode(Diff, { writeLog }) }
}

/** The same network for everything that is no question about states; each lie is told of. */
export function lyingNetwork(
  network: RuntimeNetwork,
  misdeed: DiffMisdeed,
  onLie: (method: string) => void,
): RuntimeNetwork {
  const lie =
    (respondent: Respondent): Respondent =>
    (request, reply) =>
      respondent(request, (known) => {
        const said = repliedAs(misdeed, request, known)
        if (said !== known) onLie(request.method)
        reply(said)
      })
  return {
    key: network.key,
    republishMsMin: network.republishMsMin,
    join: (topic, listener) => network.join(topic, listener),
    serve: (protocol, respondent) => network.serve(protocol, lie(respondent)),
    want: (protocol, wanted) => network.want(protocol, wanted),
    peersOf: (protocol) => network.peersOf(protocol),
    ask: (question, done) => network.ask(question, done),
    askMany: (question, take, done) => network.askMany(question, take, done),
    replaceNodes: (nodes) => network.replaceNodes(nodes),
    updateNode: (node) => network.updateNode(node),
    setImportant: (kind, id, peers) => network.setImportant(kind, id, peers),
    block: (peer) => network.block(peer),
  }
}
