/** The folder of a CometBFT process, made of what a node of ours has: genesis, keys, settings. */

import { concatBytes, parseUtf8, toBase64, toHex } from '@wadi/base/bytes'
import type { Secret } from '@wadi/base/secret'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { InitChainRequest } from '@wadi/contracts/application'
import { publicKeyOfSeed } from '@wadi/crypto/ed25519/sign'
import { type Moment, printMoment } from '@wadi/primitives/moment'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'

/** A setting of `config.toml`: durations are texts such as `100ms`. */
export type CometSetting = string | number | boolean

/** Settings by section; those of no section are under the empty name. */
export type CometSettings = Readonly<Record<string, Readonly<Record<string, CometSetting>>>>

/** What a CometBFT process runs with. */
export interface CometOptions {
  readonly genesis: InitChainRequest
  /** Signs votes; the application signs its block metadata with the same key. */
  readonly consensusSeed: Secret<Uint8Array>
  /** Names it to its peers. */
  readonly p2pSeed: Secret<Uint8Array>
  /** Where the application listens, or the name of one that CometBFT has itself. */
  readonly proxyApp: string
  readonly p2pAddress: string
  readonly rpcAddress: string
  /** The others, as `id@host:port`. */
  readonly peers: readonly string[]
  /** Whatever else, instead of what is here; the last one counts. */
  readonly settings?: readonly CometSettings[]
}

/** A file of the folder. */
export interface CometFile {
  /** Under the folder. */
  readonly path: string
  readonly text: string
  /** Whatever is there already stays: it says what was signed. */
  readonly isOnce: boolean
}

const NANOSECONDS = 1_000_000_000n

/** How others name the node of a key. */
export function cometNodeId(publicKey: Uint8Array): string {
  return toHex(validatorAddress(publicKey))
}

/** All files of the folder. The keys among them are for the owner's eyes only. */
export function cometFiles(options: CometOptions): readonly CometFile[] {
  const { genesis, consensusSeed, p2pSeed } = options
  const state = { height: '0', round: 0, step: 0 }
  return [
    { path: 'config/config.toml', text: configText(options), isOnce: false },
    { path: 'config/genesis.json', text: genesisText(genesis), isOnce: false },
    { path: 'config/node_key.json', text: json({ priv_key: privateKey(p2pSeed) }), isOnce: false },
    {
      path: 'config/priv_validator_key.json',
      text: json(validatorKey(consensusSeed)),
      isOnce: false,
    },
    { path: 'data/priv_validator_state.json', text: json(state), isOnce: true },
  ]
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function publicKeyJson(key: Uint8Array) {
  return { type: 'tendermint/PubKeyEd25519', value: toBase64(key) }
}

function privateKey(seed: Secret<Uint8Array>) {
  const bytes = concatBytes(seed.reveal(), publicKeyOfSeed(seed.reveal()))
  return { type: 'tendermint/PrivKeyEd25519', value: toBase64(bytes) }
}

function addressOf(publicKey: Uint8Array): string {
  return toHex(validatorAddress(publicKey)).toUpperCase()
}

function validatorKey(seed: Secret<Uint8Array>) {
  const publicKey = publicKeyOfSeed(seed.reveal())
  return {
    address: addressOf(publicKey),
    pub_key: publicKeyJson(publicKey),
    priv_key: privateKey(seed),
  }
}

/** Go's JSON of CometBFT: numbers of 64 bits are texts. */
function genesisText(genesis: InitChainRequest): string {
  const { time, chainId, initialHeight, validators, appState } = genesis
  const head = {
    genesis_time: printMoment(time),
    chain_id: chainId,
    initial_height: `${initialHeight}`,
    consensus_params: paramsJson(genesis.consensusParams),
    validators: validators.map(({ publicKey, power }) => ({
      address: addressOf(publicKey),
      pub_key: publicKeyJson(publicKey),
      power: `${power}`,
      name: '',
    })),
    app_hash: '',
  }
  const text = JSON.stringify(head, undefined, 2)
  if (appState.length === 0) return `${text}\n`
  // As it is: parsing it here could change it.
  return `${text.slice(0, -2)},\n  "app_state": ${parseUtf8(appState).trim()}\n}\n`
}

function paramsJson(params: InitChainRequest['consensusParams']) {
  const { block, evidence, pubKeyTypes, appVersion } = params
  return {
    ...(block && { block: { max_bytes: `${block.maxBytes}`, max_gas: `${block.maxGas}` } }),
    ...(evidence && {
      evidence: {
        max_age_num_blocks: `${evidence.maxAgeNumBlocks}`,
        max_age_duration: `${nanosecondsOf(evidence.maxAgeDuration)}`,
        max_bytes: `${evidence.maxBytes}`,
      },
    }),
    ...(pubKeyTypes && { validator: { pub_key_types: pubKeyTypes } }),
    ...(appVersion !== undefined && { version: { app: `${appVersion}` } }),
  }
}

function nanosecondsOf({ seconds, nanoseconds }: Moment): bigint {
  return seconds * NANOSECONDS + BigInt(nanoseconds)
}

/** Only what differs from CometBFT's defaults. */
function configText(options: CometOptions): string {
  const { proxyApp, p2pAddress, rpcAddress, peers, settings = [] } = options
  const own: CometSettings = {
    '': { proxy_app: proxyApp, abci: 'socket', moniker: 'wadi' },
    rpc: { laddr: rpcAddress },
    p2p: {
      laddr: p2pAddress,
      persistent_peers: peers.join(','),
      addr_book_strict: false,
      allow_duplicate_ip: true,
      pex: false,
    },
    // The priority of transactions is the application's.
    mempool: { version: 'v1' },
  }
  const all = [own, ...settings]
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))]
  const sections = names.map((name) => [name, Object.assign({}, ...all.map((one) => one[name]))])
  return sections.map(([name, section]) => sectionText(name, section)).join('\n')
}

function sectionText(name: string, settings: Readonly<Record<string, CometSetting>>): string {
  // A text of TOML is one of JSON, for what is written here.
  const lines = Object.entries(settings).map(
    ([key, value]) => `${key} = ${JSON.stringify(value)}\n`,
  )
  return `${name === '' ? '' : `[${name}]\n`}${lines.join('')}`
}

/** When blocks come, as the genesis document says. */
export function cometTimeouts({ consensus }: GenesisDocument): CometSettings {
  const { timeoutCommit, skipTimeoutCommit, emptyBlockInterval } = consensus.params
  return {
    consensus: {
      timeout_commit: `${timeoutCommit}ns`,
      skip_timeout_commit: skipTimeoutCommit,
      create_empty_blocks: true,
      create_empty_blocks_interval: `${emptyBlockInterval}ns`,
    },
  }
}
