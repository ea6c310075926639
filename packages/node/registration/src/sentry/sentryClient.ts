/** Asking sentries where others reach them, because that is where they reach this node. */

import { equalBytes, parseBase64, toBase64 } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { definePlainErrors, isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type { CallObserver } from '@wadi/grpc/call-observer'
import { Channel } from '@wadi/grpc/channel'
import { createClient } from '@wadi/grpc/client'
import { checkPeerCertificate } from '@wadi/node-crypto/tls/certificate'
import { type TlsIdentity, tlsPemOf } from '@wadi/node-crypto/tls/tlsKeyFile'
import type { ConsensusAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SENTRY_ANSWER_BYTES_MAX, SENTRY_MS_MAX } from '../limits.ts'
import { Sentry } from './sentryService.ts'

/** Why a sentry is not asked, or not believed. */
export const errors = definePlainErrors('sentry', {
  malformed: 'a sentry is written as <key in base64>@<host>:<port>',
  otherKey: 'the sentry has another key',
})

/** Where a sentry's control port is, and the key of its certificate. */
export interface SentryPlace {
  readonly key: PublicKey
  readonly target: string
}

/** What asking sentries is made of. */
export interface SentryClientOptions {
  readonly sentries: readonly SentryPlace[]
  /** What the node shows them: the identity that it keeps for its sentries. */
  readonly tls: TlsIdentity
  readonly world: {
    readonly clock: Clock
    readonly timers: Timers
    readonly log: Logger
    /** Hears of the calls. */
    readonly calls?: CallObserver
  }
}

/** The sentry of a text of the configuration. */
export function parseSentry(text: string): SentryPlace {
  const [, key, target] = /^([A-Za-z0-9+/]{43}=)@([^@]+:\d{1,5})$/.exec(text) ?? []
  if (key === undefined || target === undefined) throw errors.malformed(text)
  return { key: PublicKey.check(parseBase64(key)), target }
}

/**
 * The addresses of all sentries, in the order of the configuration. One that does not answer is
 * left out: the others may do.
 */
export async function askSentries(
  options: SentryClientOptions,
): Promise<readonly ConsensusAddress[]> {
  const answers = options.sentries.map(async (sentry) => {
    try {
      return await askSentry(options, sentry)
    } catch (error) {
      if (!isTold(error)) throw error
      const { target } = sentry
      options.world.log.warn('a sentry does not say where it is', { target, why: error.message })
      return []
    }
  })
  return (await Promise.all(answers)).flat()
}

async function askSentry(
  { tls, world }: SentryClientOptions,
  { key, target }: SentryPlace,
): Promise<readonly ConsensusAddress[]> {
  const { clock, timers, calls } = world
  const verify = (certificate: Uint8Array) => {
    const shown = checkPeerCertificate(certificate, clock.unixMs())
    if (!equalBytes(shown, key)) throw errors.otherKey(toBase64(shown))
  }
  const channel = new Channel({
    target,
    tls: { ...tlsPemOf(tls), verify },
    clock,
    timers,
    ...(calls && { observer: calls }),
    limits: { messageBytes: SENTRY_ANSWER_BYTES_MAX },
  })
  try {
    const answer = await createClient(channel, Sentry).GetAddresses(undefined, {
      timeoutMs: SENTRY_MS_MAX,
    })
    return answer.consensus ?? []
  } finally {
    channel.close()
  }
}
