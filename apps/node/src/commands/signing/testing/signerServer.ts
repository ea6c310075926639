/** A remote signer in this process, as the reference's answers; or one that does not. For tests. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toUtf8 } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import { signMessage } from '@wadi/crypto/ed25519/sign'
import { prehash } from '@wadi/crypto/signature/context'
import { implement } from '@wadi/grpc/implement'
import { GrpcServer } from '@wadi/grpc/server'
import { statusError } from '@wadi/grpc/status'
import { type KeyPair, keyPairOfSeed } from '@wadi/node-crypto/keys/keyFile'
import { createCertificate, validityFrom } from '@wadi/node-crypto/tls/certificate'
import { tlsPemOf } from '@wadi/node-crypto/tls/tlsKeyFile'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RemoteSigner } from '../remoteSignerService.ts'

const KEY_BYTES = 32
const GRACE_MS = 100
const ENTITY_ROLE = 1n

/** A key that follows from one byte. */
export const pairOf = (filler: number): KeyPair =>
  keyPairOfSeed(new Uint8Array(KEY_BYTES).fill(filler))

/** What it does that another one would not. */
export interface SignerServerOptions {
  readonly keys?: 'entity' | 'none'
  /** Or with an answer of so many bytes. */
  readonly signs?: 'well' | 'badly' | 'never' | number
  /** With this key in its certificate, at a port; else at a socket. */
  readonly tlsKey?: KeyPair
  /** The name in its certificate. */
  readonly name?: string
}

/** See the top of this file. */
export class SignerServer implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'wadi-signer-'))
  readonly pair: KeyPair = pairOf(9)
  /** The contexts of what was signed. */
  readonly contexts: string[] = []
  #server: GrpcServer | undefined

  static async start(options: SignerServerOptions = {}): Promise<SignerServer> {
    const signer = new SignerServer()
    const { tlsKey } = options
    const path = join(signer.folder, 'signer.sock')
    signer.#server = await GrpcServer.listen({
      listen:
        tlsKey === undefined
          ? { kind: 'unix', path }
          : { kind: 'tcp', host: '127.0.0.1', port: 0, tls: signer.#tlsOf(tlsKey, options.name) },
      implementations: [signer.#implementation(options)],
      clock: processClock,
      timers: nodeTimers,
      logger: createLogger('signer', SILENT),
      onFailure: (error) => {
        throw error
      },
    })
    return signer
  }

  /** For `--signer.remote.address`. */
  get address(): string {
    const port = this.#server?.port ?? 0
    return port === 0 ? `unix:${join(this.folder, 'signer.sock')}` : `127.0.0.1:${port}`
  }

  /** A key and its certificate as files: for the flags. */
  filesOf(pair: KeyPair, name: string): { readonly key: string; readonly certificate: string } {
    const at = (kind: string) => join(this.folder, `${name}_${kind}.pem`)
    const files = { key: at('key'), certificate: at('cert') }
    const certificate = createCertificate(pair, validityFrom(processClock.unixMs()), name)
    const pem = tlsPemOf({ key: pair, certificate })
    writeFileSync(files.key, pem.key, { mode: 0o600 })
    writeFileSync(files.certificate, pem.certificate)
    return files
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close(GRACE_MS)
    rmSync(this.folder, { recursive: true, force: true })
  }

  #tlsOf(key: KeyPair, name = 'remote-signer-server') {
    const certificate = createCertificate(key, validityFrom(processClock.unixMs()), name)
    return { ...tlsPemOf({ key, certificate }), clients: 'asked' } as const
  }

  #implementation({ keys = 'entity', signs = 'well' }: SignerServerOptions) {
    const { publicKey, seed } = this.pair
    const known = [{ role: ENTITY_ROLE, publicKey: PublicKey.check(publicKey) }]
    return implement(RemoteSigner, {
      PublicKeys: () => (keys === 'none' ? undefined : known),
      Sign: ({ role, context, message }) => {
        if (role !== ENTITY_ROLE || signs === 'never') throw statusError('unknown', 'not here')
        this.contexts.push(context)
        if (typeof signs === 'number') return new Uint8Array(signs)
        const text = signs === 'badly' ? `${context}!` : context
        const hash = prehash({ text, bytes: toUtf8(text) }, message)
        return signMessage({ seed: seed.reveal(), publicKey }, hash)
      },
    })
  }
}
