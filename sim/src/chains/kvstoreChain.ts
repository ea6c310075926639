/** An application that keeps pairs on a simulated network. */

import { equalBytes, toUtf8 } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { PublicKey } from '@wadi/primitives/publicKey'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { StandInKeys } from '../signatures/standInKeys.ts'
import type { ChainOptions, OpenedApplication, SimChain, SimValidator } from './simChain.ts'

const BEGUN_AT = { seconds: 1_767_225_600n, nanoseconds: 0 }
const VOTES = contextOf(contexts.tendermint)
/** A punishment takes one vote of so many. */
const POWER_UNIT = 1_000_000n

function validatorOf(index: number, keys: StandInKeys | undefined): SimValidator {
  const secret = new Secret(sha512Trunc256(toUtf8(`kvstore validator ${index}`)))
  const signer = createMemorySigner('consensus', secret)
  const publicKey = PublicKey.check(signer.publicKey)
  return {
    publicKey,
    address: validatorAddress(publicKey),
    sign: keys?.signWith(publicKey) ?? ((message) => signer.sign(VOTES, message)),
  }
}

/** See the top of this file. */
export function createKvstoreChain({ powers, signatures }: ChainOptions): SimChain {
  const keys = signatures === 'real' ? undefined : new StandInKeys()
  const validators = powers.map((_, i) => validatorOf(i, keys))
  return {
    genesis: {
      time: BEGUN_AT,
      chainId: 'kvstore simulation',
      consensusParams: {
        block: { maxBytes: 1_048_576n, maxGas: -1n },
        evidence: {
          maxAgeNumBlocks: 150n,
          maxAgeDuration: { seconds: 300n, nanoseconds: 0 },
          maxBytes: 65_536n,
        },
        pubKeyTypes: ['ed25519'],
        appVersion: 1n,
      },
      validators: validators.map(({ publicKey }, i) => {
        return { publicKey, power: powers[i]! * POWER_UNIT }
      }),
      appState: new Uint8Array(0),
      initialHeight: 1n,
    },
    dialect: keys?.dialect ?? oasisDialect,
    validators,
    open: (_node, files) => openApplication(files, validators),
  }
}

function openApplication(
  files: FileSystem,
  validators: readonly SimValidator[],
): OpenedApplication {
  const folder = 'application'
  const application = new KvstoreApplication({ folder, files, snapshotInterval: 20n })
  return {
    application,
    *violations() {},
    supply: () => undefined,
    punished() {
      const guilty = application.punished()
      return validators.flatMap(({ address }, i) =>
        guilty.some((one) => equalBytes(one, address)) ? [i] : [],
      )
    },
    transaction: (turn) => toUtf8(`key${turn % 100}=${turn}`),
  }
}
