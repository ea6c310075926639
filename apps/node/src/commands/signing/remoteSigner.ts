/**
 * A signer elsewhere, such as the reference's `oasis-remote-signer`: it is told what to sign, by
 * gRPC, and its key never leaves it. What it answers is verified.
 */

import { equalBytes, toBase64 } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { prehash, type SignatureContext } from '@wadi/crypto/signature/context'
import { KEY_ROLES, type KeyRole } from '@wadi/crypto/signature/keyRole'
import { Channel } from '@wadi/grpc/channel'
import type { ChannelTls } from '@wadi/grpc/channel-options'
import { type Client, createClient } from '@wadi/grpc/client'
import { checkPeerCertificate } from '@wadi/node-crypto/tls/certificate'
import { type TlsIdentity, tlsPemOf } from '@wadi/node-crypto/tls/tlsKeyFile'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from '../transaction/commandErrors.ts'
import { SIGNER_ANSWER_BYTES_MAX, SIGNER_MS_MAX } from './limits.ts'
import type { OpenSigner } from './openSigner.ts'
import { RemoteSigner } from './remoteSignerService.ts'

/** COMPAT(oasis-core): the name in the certificate of every remote signer. */
const SIGNER_NAME = 'remote-signer-server'

/** Who it is, and who asks, where it is not on this machine. */
export interface SignerTls {
  /** The key of the signer's certificate: another one of it is as good. */
  readonly serverKey: Uint8Array
  readonly client: TlsIdentity
}

/** Where a signer is. */
export interface RemoteSignerPlace {
  /** `unix:/path` or `host:port`. */
  readonly target: string
  readonly tls: SignerTls | undefined
}

function channelTls({ serverKey, client }: SignerTls): ChannelTls {
  const verify = (certificate: Uint8Array) => {
    const shown = checkPeerCertificate(certificate, processClock.unixMs(), SIGNER_NAME)
    if (!equalBytes(shown, serverKey))
      throw errors.badValue(`its key is ${toBase64(shown)}, and that of the file is another`)
  }
  return { ...tlsPemOf(client), verify }
}

const PATIENTLY = { timeoutMs: SIGNER_MS_MAX }

interface RemoteKeyOptions {
  readonly target: string
  readonly role: KeyRole
  readonly client: Client<typeof RemoteSigner.methods>
  readonly close: () => void
}

/** The answer, or what went wrong in a sentence with a remedy. */
async function answered<T>(target: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof UnavailableError)
      throw new UnavailableError(
        'signer.away',
        `the signer at ${target} does not answer (${error.message}); start it, or name another ` +
          'with --signer.remote.address',
        { cause: error },
      )
    if (error instanceof CodedError)
      throw errors.unsupported(
        `the signer at ${target} refuses (${error.message}); see to its keys, and who may use it`,
      )
    throw error
  }
}

/** See the top of this file. */
export class RemoteKey implements OpenSigner {
  readonly publicKey: PublicKey
  readonly #options: RemoteKeyOptions

  private constructor(options: RemoteKeyOptions, publicKey: PublicKey) {
    this.#options = options
    this.publicKey = publicKey
  }

  /** The key of a role, once the signer has said which one that is. */
  static async open({ target, tls }: RemoteSignerPlace, role: KeyRole): Promise<RemoteKey> {
    const channel = new Channel({
      target,
      ...(tls && { tls: channelTls(tls) }),
      clock: processClock,
      timers: nodeTimers,
      limits: { messageBytes: SIGNER_ANSWER_BYTES_MAX },
    })
    const client = createClient(channel, RemoteSigner)
    const options: RemoteKeyOptions = { target, role, client, close: () => channel.close() }
    try {
      return new RemoteKey(options, await publicKeyOf(options))
    } catch (error) {
      channel.close()
      throw error
    }
  }

  async sign(context: SignatureContext, message: Uint8Array): Promise<Uint8Array> {
    const { target, role, client } = this.#options
    const request = { role: BigInt(KEY_ROLES[role]), context: context.text, message }
    const signature = await answered(target, client.Sign(request, PATIENTLY))
    const signed = { publicKey: this.publicKey, message: prehash(context, message), signature }
    if (kernelEd25519.verifySignature(signed)) return signature
    throw errors.unsupported(
      `the signer at ${target} gives a signature that is not valid; do not use it`,
    )
  }

  [Symbol.dispose](): void {
    this.#options.close()
  }
}

async function publicKeyOf({ target, role, client }: RemoteKeyOptions): Promise<PublicKey> {
  const keys = await answered(target, client.PublicKeys(undefined, PATIENTLY))
  const found = keys?.find((key) => key.role === BigInt(KEY_ROLES[role]))
  if (found !== undefined) return found.publicKey
  throw errors.unsupported(
    `the signer at ${target} has no key for the role ${role}; make it there, or name another`,
  )
}
