/** The network of runtimes of a node that speaks with nobody. */

import { UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { OFFLINE_ANSWER_MS } from '../limits.ts'

/** Nobody hears anything, and questions fail after a while: who asks again does so in peace. */
export function offlineNetwork(key: PublicKey, timers: Timers): RuntimeNetwork {
  const later = (run: () => void) => timers.after(OFFLINE_ANSWER_MS, run)
  const nothing = () => undefined
  return {
    key,
    republishMsMin: 0,
    join: () => ({ publish: () => false, leave: nothing }),
    serve: nothing,
    want: nothing,
    peersOf: () => [],
    ask: (_question, done) =>
      later(() => {
        const error = new UnavailableError('node.offline', 'an archive asks no other node')
        done({ kind: 'failed', error })
      }),
    askMany: (_question, _take, done) => later(() => done(0)),
    replaceNodes: nothing,
    updateNode: nothing,
    setImportant: nothing,
    block: nothing,
  }
}
