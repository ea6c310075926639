/** The control port of a sentry: nodes behind it, and nobody else, learn here where it is. */

import { equalBytes, toBase64 } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import { implement } from '@wadi/grpc/implement'
import { GrpcServer } from '@wadi/grpc/server'
import { statusError } from '@wadi/grpc/status'
import { checkPeerCertificate } from '@wadi/node-crypto/tls/certificate'
import { type TlsIdentity, tlsPemOf } from '@wadi/node-crypto/tls/tlsKeyFile'
import type { ConsensusAddress } from '@wadi/primitives/nodeAddress'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { SENTRY_CALLS_MAX, SENTRY_CONNECTIONS_MAX, SENTRY_QUESTION_BYTES_MAX } from '../limits.ts'
import { Sentry } from './sentryService.ts'

/** What a sentry's control port is made of. */
export interface SentryServerOptions {
  readonly port: number
  /** All interfaces unless told otherwise. */
  readonly host?: string
  /** The sentry's own. */
  readonly tls: TlsIdentity
  /** Whose certificates may ask: those that nodes keep for their sentries. */
  readonly authorizedKeys: readonly PublicKey[]
  readonly addresses: () => Promise<readonly ConsensusAddress[]>
  readonly world: { readonly clock: Clock; readonly timers: Timers; readonly log: Logger }
  /** Is told of what is a fault of ours. */
  readonly onFatal: (error: unknown) => void
}

const EVERYWHERE = '::'

/** Begins to listen. */
export function serveSentry(options: SentryServerOptions): Promise<GrpcServer> {
  const { port, host = EVERYWHERE, tls, authorizedKeys, addresses, world, onFatal } = options
  const { clock, timers, log: logger } = world
  return GrpcServer.listen({
    listen: { kind: 'tcp', host, port, tls: { ...tlsPemOf(tls), clients: 'asked' } },
    implementations: [
      implement(Sentry, { GetAddresses: async () => ({ consensus: await addresses() }) }),
    ],
    authorize: ({ peer }) => checkCaller(peer.certificate, authorizedKeys, clock.unixMs()),
    clock,
    timers,
    logger,
    onFailure: onFatal,
    limits: {
      messageBytes: SENTRY_QUESTION_BYTES_MAX,
      connections: SENTRY_CONNECTIONS_MAX,
      calls: SENTRY_CALLS_MAX,
    },
  })
}

function checkCaller(
  certificate: Uint8Array | undefined,
  authorizedKeys: readonly PublicKey[],
  nowMs: number,
): void {
  if (certificate === undefined) throw denied('tls: expecting a single certificate (got: 0)')
  const key = keyOf(certificate, nowMs)
  if (!authorizedKeys.some((known) => equalBytes(known, key)))
    throw denied(`tls: bad public key (${toBase64(key)})`)
}

function keyOf(certificate: Uint8Array, nowMs: number): Uint8Array {
  try {
    return checkPeerCertificate(certificate, nowMs)
  } catch (error) {
    if (error instanceof CodedError) throw denied(error.message)
    throw error
  }
}

const denied = (why: string) => statusError('permissionDenied', why)
