/** The public keys by which TLS knows a node. */

import { toBase64 } from '@wadi/base/bytes'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { type AnyCommand, command } from '@wadi/node-config/command'
import { loadNodeIdentity, type NodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import { dataFolderFlag, dataFolderOf } from './dataFolder.ts'

const DONE = 0

type TlsKey = 'tls' | 'sentryClientTls'

/** COMPAT(oasis-core): looking at an identity makes its certificates anew. */
function showKey(name: string, summary: string, key: TlsKey): AnyCommand {
  return command({
    name,
    summary,
    options: dataFolderFlag,
    run({ flags }, { out }) {
      const dataDir = dataFolderOf(flags)
      const nowMs = processClock.unixMs()
      const identity: NodeIdentity = loadNodeIdentity({ dataDir, random: processRandom, nowMs })
      out.write(`${toBase64(identity[key].key.publicKey)}\n`)
      return DONE
    },
  })
}

/** `identity show-tls-pubkey`. */
export const showTlsPubkey = showKey(
  'show-tls-pubkey',
  "print the public key of the node's TLS certificate",
  'tls',
)

/** `identity show-sentry-client-pubkey`. */
export const showSentryClientPubkey = showKey(
  'show-sentry-client-pubkey',
  'print the public key with which the node controls its sentries',
  'sentryClientTls',
)
