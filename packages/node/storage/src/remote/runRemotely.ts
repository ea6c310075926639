/** Running a rule over a tree whose nodes somebody else has. */

import { UnavailableError } from '@wadi/base/errors'
import { MissingNodeError } from '@wadi/mkvs/nodeReader'
import { Overlay } from '@wadi/mkvs/overlay'
import type { Proof } from '@wadi/mkvs/proof'
import type { State } from '@wadi/mkvs/state'
import { type GetRequest, verifyAnswer } from '@wadi/mkvs/syncer'
import type { Tree } from '@wadi/mkvs/tree'
import { REMOTE_FETCHES_MAX } from '../limits.ts'

/** A tree of which perhaps only the root hash is known, and somebody who has its nodes. */
export interface RemoteTree {
  readonly tree: Tree
  /** Asks for the nodes on the way to a key. The answer is checked here. */
  readonly fetchProof: (request: GetRequest) => Promise<Proof>
}

/**
 * Runs a rule on a state over the tree, again from the start whenever a node was missed and has
 * been fetched. Only a run that comes through to its end changes the tree.
 *
 * A wrong answer is refused with a coded error: ask somebody else. Right answers that lead nowhere
 * end as an `UnavailableError` after `REMOTE_FETCHES_MAX` of them.
 */
export async function runRemotely<T>(remote: RemoteTree, rule: (state: State) => T): Promise<T> {
  const overlay = new Overlay(remote.tree.arena, remote.tree)
  const counter = { fetched: 0 }
  try {
    const result = await whileFetching(remote, counter, () => {
      overlay.discard()
      return rule(overlay)
    })
    // A change that was carried over already is carried over again to no effect.
    await whileFetching(remote, counter, () => overlay.commit())
    return result
  } finally {
    overlay.dispose()
  }
}

async function whileFetching<T>(
  { tree, fetchProof }: RemoteTree,
  counter: { fetched: number },
  work: () => T,
): Promise<T> {
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof MissingNodeError)) throw error
      if (counter.fetched++ === REMOTE_FETCHES_MAX) throw tooManyFetches(error)
      const { root, position, key } = error
      const request = { tree: { root, position }, key, includeSiblings: false, proofVersion: 0 }
      tree.merge(verifyAnswer(await fetchProof(request), error), key)
    }
  }
}

function tooManyFetches(cause: MissingNodeError): UnavailableError {
  const message =
    `storage: a node is still missing after ${REMOTE_FETCHES_MAX} answers of the peer. ` +
    'It answers truly but never with what is asked for: ask another one.'
  return new UnavailableError('storage.remote-node', message, { cause })
}
