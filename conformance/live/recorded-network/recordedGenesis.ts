/**
 * What the tooling of the reference wrote into files before a network began: the accounts, and the
 * runtimes. It is taken from the document with which the recorded network began.
 */

import { parseBase64, toBase64 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { recordedGenesis } from '@wadi/node/testing/recorded'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { testEntity } from '@wadi/provisioning/test-entity'

/** The network whose nodes were started with the recorded files. */
const NETWORK = 'random-workload'

type Balances = Readonly<Record<string, unknown>>

interface RecordedRuntime {
  readonly id: string
  readonly deployments: readonly object[]
}

/** The part of the document that was in files, and the parameters, which were in flags. */
export interface RecordedDocument {
  readonly registry: { readonly runtimes: readonly RecordedRuntime[]; readonly params: object }
  readonly staking: {
    readonly total_supply: string
    readonly ledger: Balances
    readonly delegations: Balances
    readonly params: object
  }
  readonly [service: string]: unknown
}

/** How the recorded network began. */
export function recordedDocument(): RecordedDocument {
  const [, text] = recordedGenesis().find(([name]) => name === NETWORK) ?? []
  assert(text !== undefined, `the document of ${NETWORK} is there`)
  return JSON.parse(text)
}

/** Whose keys the recorded command lines say, by the names that they have here. */
const RECORDED_KEYS: Readonly<Record<string, string>> = {
  'entity-1': 'JTUtHd4XYQjh//e6eYU7Pa/XMFG88WE+jixvceIfWrk=',
  'entity-2': '+MJpnSTzc11dNI5emMa+asCJH5cxBiBCcpbYE4XBdso=',
  'entity-3': 'Hc0T6ypN7Ytv3t+n5LyJjCd93geUMTo82BR8iS1sRkY=',
  'entity-4': 'BTDHzkZYnKPQKUcnN4ieYpLBKRLMu/tmktwpbLduAj8=',
  'validator-0': 'LQu4ZtFg8OJ0MC4M4QMeUR7Is6Xt4A/CW+PK/7TPiH0=',
  'validator-1': 'IluobMWMoZvxeW5ceAEiQj+TJUXZZJu6ZCWgtZxsHds=',
  'validator-2': 'toAWSrxsxSFbGXQIhu4p2fOL0z/fnirrGT/MuzRgcW8=',
  'validator-3': 'y0if0Aboq7xrydRcwzZRN/IoMEPz8NyxHliAAX3OHIw=',
  'keymanager-0': 'mh+b9hN+2oLAflZACgBgVHA0EjeZK3ew6kml75s2wN4=',
  'compute-0': 'DbeoxcRwDO4Wh8bwq5rAR7wzhiB+LeYn+y7lFSGAZ7I=',
  'compute-1': 'oWk0qdNhp7XNQDX4YFJY2KeFM+9u4fo16DeSdW1gChg=',
  'compute-2': 'hcWVUucu/MwOyEDmj5T4TACwpgre5e2cJLczBggxxm0=',
}

function addressOf(publicKey: Uint8Array): string {
  return printAddress(stakingAddress(PublicKey.check(publicKey)))
}

interface Funds {
  readonly general: { readonly balance: string }
  readonly escrow: { readonly active: { readonly balance: string } }
}

/**
 * The accounts of the recorded network, with our nodes and entities in the places of theirs. That
 * of the test entity is added by `genesis init`.
 */
export function stakingGenesis(
  { staking }: RecordedDocument,
  ours: ReadonlyMap<string, string>,
): string {
  const tester = addressOf(testEntity().signer.publicKey)
  const { [tester]: test, ...ledger } = staking.ledger
  const { [tester]: _, ...delegations } = staking.delegations
  const { general, escrow } = test as Funds
  const added = BigInt(general.balance) + BigInt(escrow.active.balance)
  const total_supply = String(BigInt(staking.total_supply) - added)
  let text = JSON.stringify({ ...staking, total_supply, ledger, delegations })
  for (const [name, key] of ours) {
    const theirs = addressOf(parseBase64(RECORDED_KEYS[name]!))
    assert(text.includes(theirs), `${name} had an account`)
    text = text.replaceAll(theirs, addressOf(parseBase64(key)))
  }
  return text
}

/** The descriptor of a runtime with another bundle. */
export function runtimeGenesis(
  { registry }: RecordedDocument,
  id: string,
  manifestHash: Uint8Array,
): string {
  const recorded = registry.runtimes.find((one) => one.id === id)
  assert(recorded !== undefined, `a runtime ${id} was recorded`)
  const [first] = recorded.deployments
  const deployment = { ...first, bundle_checksum: toBase64(manifestHash) }
  return JSON.stringify({ ...recorded, deployments: [deployment] })
}
