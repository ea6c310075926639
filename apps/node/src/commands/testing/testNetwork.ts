/** A network with an entity in a scratch folder, for commands that need no node. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBase64 } from '@wadi/base/bytes'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { chainContextOf, printGenesis } from '@wadi/consensus/genesis/document'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'

const KEY_BYTES = 32
const KEY_FILL = 7

/** Its token is a million base units. */
export const TOKEN = { tokenSymbol: 'TEST', tokenValueExponent: 6 }

/** See the top of this file. */
export class TestNetwork implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'wadi-network-'))
  readonly genesis: string
  readonly chainContext: string
  /** The entity's key, in base64. */
  readonly entityKey: string

  constructor() {
    const { document: made } = createNetworkGenesis({ seed: 'commands', validators: 1 })
    const document = { ...made, staking: { ...made.staking, ...TOKEN } }
    this.genesis = this.write('genesis.json', printGenesis(document))
    this.chainContext = chainContextOf(document)
    const key = { bytes: () => new Uint8Array(KEY_BYTES).fill(KEY_FILL) }
    const { publicKey } = createKeyFile(this.at('entity.pem'), key)
    this.entityKey = toBase64(publicKey)
    this.write('entity.json', JSON.stringify({ v: 2, id: this.entityKey }))
  }

  /** A file in its folder. */
  at(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.at(name), content)
    return this.at(name)
  }

  /** The flags of every command that makes a transaction in `file`. */
  flags(file = 'tx'): readonly string[] {
    const forTests = '--debug.dont_blame_oasis'
    const at = ['-g', this.genesis, '--transaction.file', this.at(file)]
    return [...at, '--signer.dir', this.folder, forTests]
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
