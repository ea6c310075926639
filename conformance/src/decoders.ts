/** Every decoder of the house that reads what others wrote, with good inputs to start from. */

import { generateKeyPairSync, sign } from 'node:crypto'
import { concatBytes, parseBase64, parseHex, parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { sample } from '@wadi/cbor/arbitrary'
import {
  decode,
  decodeRpc,
  decodeRust,
  decodeTrusted,
  encode,
  encodeRust,
  make,
  zero,
} from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { readItem } from '@wadi/cbor/item'
import { parseJson, toJson } from '@wadi/cbor/json'
import { text } from '@wadi/cbor/scalars'
import type { AnySchema, Schema } from '@wadi/cbor/schema'
import { eventBodies } from '@wadi/consensus/events'
import { GenesisDocument, parseGenesis, printGenesis } from '@wadi/consensus/genesis/document'
import { methodBodies } from '@wadi/consensus/methods'
import {
  decodeSgxAttestation,
  decodeSgxConstraints,
  encodeSgxAttestation,
  encodeSgxConstraints,
  SgxAttestation,
  SgxConstraints,
} from '@wadi/consensus/registry/sgx'
import {
  ExecutorCommitment,
  ExecutorCommitmentHeader,
  FAILURES,
  Proposal,
} from '@wadi/consensus/roothash/commitments'
import { type AnyStateTable, stateTables } from '@wadi/consensus/state/stateTables'
import { chacha20Poly1305 } from '@wadi/crypto/aead/chacha20Poly1305'
import { parseBech32 } from '@wadi/crypto/bech32'
import { parseDerSignature } from '@wadi/crypto/ecdsa/derSignature'
import { publicKeyOfSeed } from '@wadi/crypto/ed25519/sign'
import { readMessage, startHandshake, writeMessage } from '@wadi/crypto/noise/handshake'
import { proofToHash, proveOutput } from '@wadi/crypto/vrf/vrf'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { Arena } from '@wadi/mkvs/arena'
import { decodeChunk, encodeChunk } from '@wadi/mkvs/checkpoint/chunk'
import { checkMetadata, Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { decodeRecord, encodeRecord } from '@wadi/mkvs/nodeRecord'
import { Proof } from '@wadi/mkvs/proof'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { decodeSnappy, encodeSnappy } from '@wadi/mkvs/snappy/framing'
import {
  GetPrefixesRequest,
  GetRequest,
  IterateRequest,
  ProofResponse,
  proveGet,
} from '@wadi/mkvs/syncer'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { verifyProof } from '@wadi/mkvs/verifyProof'
import { encodePem, parsePem } from '@wadi/node-crypto/keys/pem'
import {
  checkPeerCertificate,
  createCertificate,
  validityFrom,
} from '@wadi/node-crypto/tls/certificate'
import { parseAddress, printAddress, stakingAddress } from '@wadi/primitives/address'
import { parseEnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { Entity } from '@wadi/primitives/entity'
import { Hash } from '@wadi/primitives/hash'
import { parseIp } from '@wadi/primitives/ip'
import { parseMoment } from '@wadi/primitives/moment'
import { Node } from '@wadi/primitives/node'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { parseRoles } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { parseQuantity } from '@wadi/primitives/quantity'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { parseVersion } from '@wadi/primitives/version'
import { readBundle, withDigests, writeBundle } from '@wadi/runtime-protocol/bundle'
import { zlibCompression } from '@wadi/runtime-protocol/bundle/compliance/zlib-compression'
import { parseComponentId } from '@wadi/runtime-protocol/bundle/components'
import { decodeManifest, encodeManifest, Manifest } from '@wadi/runtime-protocol/bundle/manifest'
import { checkCommitment } from '@wadi/runtime-protocol/commitments/executorCommitment'
import {
  Body,
  decodeMessage,
  encodeForHost,
  encodeForRuntime,
} from '@wadi/runtime-protocol/host-protocol/message'
import {
  InputArtifacts,
  tagKey,
  transactionKey,
} from '@wadi/runtime-protocol/transactions/artifacts'
import {
  readInputBatch,
  readTag,
  readTags,
  readTransaction,
  readTransactions,
} from '@wadi/runtime-protocol/transactions/readIoTree'
import {
  dataHashOf,
  proveTransactions,
  verifyTransactionProof,
} from '@wadi/tendermint/transactionProof'
import { peerDecoders } from './peerDecoders.ts'
import { protobufDecoders } from './protobufDecoders.ts'

/** One decoder. It gives a value or throws a coded error, whatever it is given. */
export interface Decoder {
  readonly name: string
  readonly good: readonly Uint8Array[]
  decode(bytes: Uint8Array): unknown
}

const SAMPLES = 2
const SEED = 26_1
/** Of a transaction's input or output. */
const IO_KEY_SIZE = 34
const SNAPPY_BYTES_MAX = 1 << 20
const NOW_MS = Date.UTC(2026, 0, 1)

function ofSchema(name: string, schema: AnySchema, version?: number): Decoder[] {
  const values = sample(schema, SAMPLES, SEED).map((value) =>
    version === undefined ? value : { ...(value as object), v: version },
  )
  const good = values.map((value) => encode(schema, value))
  return [
    { name: `${name} (Go)`, good, decode: (bytes) => decode(schema, bytes) },
    { name: `${name} (Go, RPC)`, good, decode: (bytes) => decodeRpc(schema, bytes) },
    { name: `${name} (Go, trusted)`, good, decode: (bytes) => decodeTrusted(schema, bytes) },
    {
      name: `${name} (Rust)`,
      good: values.map((value) => encodeRust(schema, value)),
      decode: (bytes) => decodeRust(schema, bytes),
    },
  ]
}

/** A decoder of text; what is no UTF-8 is refused before it gets there. */
function ofText(name: string, texts: readonly string[], parse: (text: string) => unknown): Decoder {
  return { name, good: texts.map(toUtf8), decode: (bytes) => parse(parseUtf8(bytes)) }
}

function treeDecoders(): Decoder[] {
  const namespace = new Uint8Array(32)
  const tree = createTree(new Arena(), { namespace, type: ROOT_TYPE_STATE })
  const random = new SeededRandom(1n)
  for (let i = 0; i < 40; i++) tree.insert(random.bytes(i % 7), random.bytes(i))
  const { root } = tree.commit({ version: 1n, baseAddress: 1 })
  const proofs = [0, 1].map((proofVersion) => {
    const key = Uint8Array.of(1, 2)
    const request = { tree: { root, position: root.hash }, key, includeSiblings: true }
    return proveGet(tree, { ...request, proofVersion })
  })
  const child = { hash: root.hash, address: 7 }
  const records = [
    encodeRecord({ kind: 'leaf', key: Uint8Array.of(1, 2), value: new Uint8Array(40) }),
    encodeRecord({
      kind: 'internal',
      labelBits: 11,
      label: Uint8Array.of(0xff, 0xe0),
      leaf: undefined,
      left: child,
      right: child,
    }),
  ]
  const chunks = proofs.map(({ entries }) => encodeChunk(entries))
  const metadata = { version: 1, root, chunks: [root.hash, root.hash] }
  return [
    { name: 'node record', good: records, decode: decodeRecord },
    {
      name: 'proof',
      good: proofs.map((proof) => encode(Proof, proof)),
      decode: (bytes) => verifyProof(root.hash, decodeRpc(Proof, bytes)),
    },
    { name: 'checkpoint chunk', good: chunks, decode: decodeChunk },
    {
      name: 'checkpoint metadata',
      good: [encode(Metadata, metadata)],
      decode: (bytes) => checkMetadata(decode(Metadata, bytes)),
    },
    {
      name: 'snappy stream',
      good: [encodeSnappy(new Uint8Array(3000)), encodeSnappy(random.bytes(500))],
      decode: (bytes) => decodeSnappy(bytes, SNAPPY_BYTES_MAX),
    },
    ...ofSchema('storage request', GetRequest),
    ...ofSchema('storage request for prefixes', GetPrefixesRequest),
    ...ofSchema('storage request to iterate', IterateRequest),
    ...ofSchema('storage answer', ProofResponse),
  ]
}

function handshakeDecoder(): Decoder {
  const algorithms = { x25519, chacha20Poly1305 }
  const key = (byte: number) => new Secret(new Uint8Array(32).fill(byte))
  const start = startHandshake('initiator', key(1), new Uint8Array(0))
  const first = writeMessage(algorithms, start, Uint8Array.of(1), key(2))
  const waiting = startHandshake('responder', key(3), new Uint8Array(0))
  const read = readMessage(algorithms, waiting, first.message)
  if (read.progress.kind !== 'handshake' || first.progress.kind !== 'handshake')
    throw new TypeError('the handshake has three messages')
  const second = writeMessage(algorithms, read.progress.handshake, new Uint8Array(9), key(4))
  const { handshake } = first.progress
  return {
    name: 'handshake message',
    good: [second.message],
    decode: (bytes) => readMessage(algorithms, handshake, bytes),
  }
}

function keyDecoders(): Decoder[] {
  const seed = new Uint8Array(32).fill(5)
  const publicKey = publicKeyOfSeed(seed)
  const certificate = createCertificate({ seed: new Secret(seed), publicKey }, validityFrom(NOW_MS))
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const address = printAddress(stakingAddress(PublicKey.check(publicKey)))
  return [
    handshakeDecoder(),
    {
      name: 'certificate',
      good: [certificate],
      decode: (bytes) => checkPeerCertificate(bytes, NOW_MS),
    },
    {
      name: 'DER signature',
      good: [sign('sha256', seed, privateKey)],
      decode: (bytes) => parseDerSignature(bytes, 32),
    },
    {
      name: 'VRF proof',
      good: [proveOutput({ seed, publicKey }, seed)],
      decode: proofToHash,
    },
    ofText('PEM file', [encodePem('ED25519 PUBLIC KEY', publicKey)], (text) =>
      parsePem('ED25519 PUBLIC KEY', text),
    ),
    ofText('bech32 text', [address], parseBech32),
    ofText('address', [address], parseAddress),
  ]
}

const textDecoders: readonly Decoder[] = [
  ofText('hexadecimal text', ['00ff7f'], parseHex),
  ofText('base64 text', ['AAECAwQ=', 'AAEC'], parseBase64),
  ofText('quantity', ['0', '123456789012345678901234567890', '0x10'], parseQuantity),
  ofText('version', ['1.2.3'], parseVersion),
  ofText('time', ['2026-11-21T03:24:00.123456789Z'], parseMoment),
  ofText('IP address', ['127.0.0.1', '::ffff:10.0.0.1', 'fe80::1'], parseIp),
  ofText('node address', ['127.0.0.1:26656', '[::1]:9000'], parseNodeAddress),
  ofText('node roles', ['compute,validator'], parseRoles),
  ofText('enclave identity', ['00'.repeat(64)], parseEnclaveIdentity),
]

function genesisDecoders(): Decoder[] {
  const document = zero(GenesisDocument)
  const extraData = keyedMap(text, [['note', Uint8Array.of(1, 2, 3)]])
  const documents = [document, { ...document, height: 1n, chainId: 'a<b>&', extraData }]
  return [
    ...ofSchema('genesis document', GenesisDocument),
    ofText('genesis file', documents.map(printGenesis), parseGenesis),
    ofText('JSON of an entity', [toJson(Entity, { ...zero(Entity), v: 2 })], (json) =>
      parseJson(Entity, json),
    ),
  ]
}

const KEY_BYTES_MAX = 128

/** A key of a table: its prefix and as many zeros as make it one. */
function someKey({ keys }: AnyStateTable): Uint8Array {
  for (let size = 1; size <= KEY_BYTES_MAX; size++) {
    const key = new Uint8Array(size)
    key[0] = keys.prefix
    try {
      keys.decode(key)
      return key
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
    }
  }
  throw new TypeError(`no key of table ${keys.prefix} is made of zeros`)
}

function stateDecoders(): Decoder[] {
  return stateTables.map((table) => ({
    name: `state key ${table.name}`,
    good: [someKey(table)],
    decode: (bytes) => table.keys.decode(bytes),
  }))
}

const ioReaders = {
  transactions: readTransactions,
  transaction: (tree: Tree) => readTransaction(tree, Hash.zero),
  batch: (tree: Tree) => readInputBatch(tree, { batchSizeMax: 0n, batchSizeBytesMax: 0n }),
  tags: readTags,
  tag: (tree: Tree) => readTag(tree, Uint8Array.of(7)),
}

/** Reads trees of inputs and outputs that have one pair: the first 34 bytes are the key. */
function ioPairReader(read: (tree: Tree) => unknown): (bytes: Uint8Array) => unknown {
  const arena = new Arena()
  return (bytes) => {
    const tree = createTree(arena, { namespace: new Uint8Array(32), type: ROOT_TYPE_IO })
    tree.insert(bytes.subarray(0, IO_KEY_SIZE), bytes.subarray(IO_KEY_SIZE))
    try {
      return read(tree)
    } finally {
      tree.dispose()
    }
  }
}

/** Evidence and what is demanded of it, in both versions. */
function enclaveDecoders(): Decoder[] {
  const ofVersions = <T extends object>(schema: Schema<T>, encodeAs: (value: T) => Uint8Array) =>
    sample(schema, SAMPLES, SEED).flatMap((value) => [0, 1].map((v) => encodeAs({ ...value, v })))
  return [
    {
      name: 'SGX constraints',
      good: ofVersions(SgxConstraints, encodeSgxConstraints),
      decode: decodeSgxConstraints,
    },
    {
      name: 'SGX attestation',
      good: ofVersions(SgxAttestation, encodeSgxAttestation),
      decode: decodeSgxAttestation,
    },
  ]
}

/** Descriptors of entities and nodes decode only in versions that exist. */
function withVersions(event: unknown): unknown {
  const { entity, node } = Object(event) as { readonly entity?: object; readonly node?: object }
  if (entity !== undefined) return { ...Object(event), entity: { ...entity, v: 2 } }
  if (node !== undefined) return { ...Object(event), node: { ...node, v: 3 } }
  return event
}

function eventDecoders(): Decoder[] {
  return Object.values(eventBodies).flatMap((kinds) =>
    Object.entries<AnySchema>(kinds).map(([kind, schema]) => ({
      name: `event ${kind}`,
      good: sample(schema, SAMPLES, SEED).map((value) => encode(schema, withVersions(value))),
      decode: (bytes: Uint8Array) => decodeRpc(schema, bytes),
    })),
  )
}

/** Descriptors decode only in versions that exist, and samples are of any: no events. */
const UNSAMPLED_KIND = 'HostFetchConsensusEventsResponse'

/** Messages of the kinds that there are, in both dialects. */
function hostMessageDecoder(): Decoder {
  const { shape } = Body
  if (shape.kind !== 'rustEnum') throw new TypeError('a message has one body')
  const good = Object.entries(shape.variants).flatMap(([kind, schema]) => {
    if (typeof schema !== 'object' || kind === UNSAMPLED_KIND) return []
    return sample(schema, SAMPLES, SEED).flatMap((body) => {
      const message = { id: 1n, messageType: 1, body: { kind, body } as Body }
      return [encodeForRuntime(message), encodeForHost(message)]
    })
  })
  return { name: 'host protocol message', good, decode: decodeMessage }
}

function bundleDecoders(): Decoder[] {
  const files = new Map([['program', new Uint8Array(500)]])
  const manifest = withDigests({ ...Manifest.zero, executable: 'program' }, files)
  return [
    {
      name: 'bundle',
      good: [writeBundle(manifest, files, zlibCompression)],
      decode: (bytes) => readBundle(bytes, zlibCompression),
    },
    { name: 'manifest', good: [encodeManifest(manifest)], decode: decodeManifest },
    ofText('component', ['ronl', 'rofl.oracle'], parseComponentId),
  ]
}

function runtimeDecoders(): Decoder[] {
  const input = encode(InputArtifacts, { input: Uint8Array.of(1, 2, 3), batchOrder: 0 })
  const txHash = Hash.zero
  const pairs = [
    concatBytes(transactionKey(txHash, 'input'), input),
    concatBytes(tagKey(Uint8Array.of(7), txHash), input),
  ]
  const header = make(ExecutorCommitmentHeader, { failure: FAILURES.unknown })
  const failed = make(ExecutorCommitment, { header })
  const transactions = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]
  const dataHash = dataHashOf(transactions)
  return [
    ...ofSchema('proposal', Proposal),
    hostMessageDecoder(),
    ...bundleDecoders(),
    {
      name: 'executor commitment',
      good: [encode(ExecutorCommitment, failed)],
      decode: (bytes) => checkCommitment(decode(ExecutorCommitment, bytes)),
    },
    ...Object.entries(ioReaders).map(([name, read]) => ({
      name: `pair of an I/O tree, ${name}`,
      good: pairs,
      decode: ioPairReader(read),
    })),
    {
      name: 'transaction proof',
      good: proveTransactions(transactions).slice(0, 1),
      decode: (bytes) => verifyTransactionProof(bytes, dataHash, transactions[0]!),
    },
    {
      name: 'frames',
      good: [concatBytes(frameOf(input), frameOf(new Uint8Array(0)))],
      decode: (bytes) => new FrameReader().push(bytes),
    },
  ]
}

/** All decoders. */
export function allDecoders(): readonly Decoder[] {
  const bodies = Object.entries(methodBodies).flatMap(([method, body]) => ofSchema(method, body))
  return [
    ...ofSchema('signed transaction', SignedTransaction),
    ...ofSchema('transaction', Transaction),
    ...ofSchema('entity', Entity, 2),
    ...ofSchema('node', Node, 3),
    ...bodies,
    { name: 'CBOR item', good: [Uint8Array.of(0x82, 1, 0xa1, 1, 2)], decode: readItem },
    ...treeDecoders(),
    ...keyDecoders(),
    ...textDecoders,
    ...genesisDecoders(),
    ...stateDecoders(),
    ...runtimeDecoders(),
    ...enclaveDecoders(),
    ...eventDecoders(),
    ...peerDecoders(),
    ...protobufDecoders(),
  ]
}
