/** Faults for honest nodes, and for the chain, each of which a checker has to find. */

import { decode, decodeRust, encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import {
  AdmissionPolicy,
  EntityWhitelist,
  EntityWhitelistConfig,
  EntityWhitelistRole,
  PerRoleAdmissionPolicy,
  Runtime,
  RuntimeGovernanceModel,
} from '@wadi/consensus/registry/runtime'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { ROOT_TYPE_IO, type Root } from '@wadi/mkvs/roots'
import type { FileSystem, OpenFile } from '@wadi/node-storage/file-system'
import { Call } from '@wadi/paratime-keyvalue/call'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import { ROLES, RolesMask } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { CommitteeMessage } from '@wadi/runtime-protocol/peers/gossip'
import { VERSION } from '../chain/paratimeGenesis.ts'
import type { ParatimeBug } from '../nodes/paratimeBug.ts'

/** The chain makes a result final, although workers disagree. */
export const forgottenDiscrepancy: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    roothash: block.roothash.filter(({ executionDiscrepancy }) => !executionDiscrepancy),
  }),
}

/** Who is found to be wrong does not pay. */
export const forgivenWrong: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    staking: block.staking.filter(({ escrow }) => escrow?.take === undefined),
  }),
}

/** What is taken of who was wrong is not given to those who were right. */
export const keptRewards: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    staking: block.staking.filter(({ escrow }) => escrow?.add === undefined),
  }),
}

/** Nobody counts whose proposals were missed. */
export const forgottenMisses: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    states: block.states.map(({ before, after }) => {
      const { livenessStats: known } = after
      const missedProposals = known?.missedProposals?.map(() => 0n)
      const livenessStats = known && { ...known, missedProposals }
      return { before, after: { ...after, livenessStats } }
    }),
  }),
}

/** Every batch is executed once more upon what it has made of the state. */
export const executedTwice: ParatimeBug = {
  wrapRuntime: (runtime) => ({
    ...runtime,
    execute: (context, state, batch) => {
      const first = runtime.execute(context, state, batch)
      if (first.transactions.length === 0) return first
      const inputs = first.transactions.map(({ input }) => input)
      const again = runtime.execute(context, state, { ...batch, mode: 'execute', inputs })
      return { ...again, rejected: first.rejected }
    },
  }),
}

/** What is signed never leaves. */
export const lostCommitment: ParatimeBug = {
  losesCall: ({ method }) => method === 'roothash.ExecutorCommit',
}

/** Evidence never leaves. */
export const lostEvidence: ParatimeBug = {
  losesCall: ({ method }) => method === 'roothash.Evidence',
}

/**
 * Batches are not compared with what their schedulers have signed: as if every empty batch had been
 * signed as one.
 */
export const uncheckedInputs: ParatimeBug = {
  rules: {
    forbidden: forbidKeys([]),
    provider: { verifySignature: () => true, verifySignatures: (all) => all.map(() => true) },
  },
  changeMessage: (message) => {
    const said = decode(CommitteeMessage, message)
    const { proposal } = said
    if (proposal === undefined || proposal.batch.length > 0) return message
    const header = { ...proposal.header, batchHash: EMPTY_HASH }
    return encode(CommitteeMessage, { ...said, proposal: { ...proposal, header } })
  },
}

/** Nodes keep next to nothing. */
export const greedyPruning: ParatimeBug = {
  changeUpkeep: (choices) => ({ ...choices, pruning: { rounds: 3n, intervalMs: 1000 } }),
}

/** Nodes drop nothing. */
export const noPruning: ParatimeBug = {
  changeUpkeep: (choices) => ({ ...choices, pruning: undefined }),
}

/** Nobody makes checkpoints. */
export const noCheckpoints: ParatimeBug = {
  changeUpkeep: (choices) => ({ ...choices, checkpoints: undefined }),
}

/** Nodes make more checkpoints than the descriptor wants, and remove none. */
export const manyCheckpoints: ParatimeBug = changedState((state) => {
  const { runtime } = state
  if (runtime === undefined) return state
  return {
    ...state,
    runtime: { ...runtime, storage: { ...runtime.storage, checkpointNumKept: 100n } },
  }
})

/** Chunks of checkpoints are not what was written. */
export const damagedChunks: ParatimeBug = changedReads('/chunks/', (bytes) => flip(bytes, 0))

/** Checkpoints say that they are of other trees. */
export const otherCheckpoints: ParatimeBug = changedReads('/meta', (bytes) => {
  const { root, ...rest } = decode(Metadata, bytes)
  const hash = Uint8Array.from(root.hash)
  flip(hash, 0)
  bytes.set(encode(Metadata, { ...rest, root: { ...root, hash: Hash.check(hash) } }))
})

/** No round has a result, and nodes keep the last few ones whatever these were. */
export const forgottenNormal: ParatimeBug = {
  ...lostCommitment,
  ...changedState((state) => ({ ...state, lastNormalRound: state.lastBlock!.header.round })),
}

/** Nodes drop trees long before the blocks that they are of. */
export const earlyDroppedTrees: ParatimeBug = {
  spoilStore: (store) => {
    const { database } = store
    const finalize = database.finalize.bind(database)
    database.finalize = (roots) => {
      finalize(roots)
      const [earliest = 0n, last = 0n] = [store.earliestRound, store.lastRound]
      for (let round = earliest; round < last - 3n; round++) store.prune(round)
    }
  },
}

/** Of some rounds nodes do not keep what they were made of. */
export const lostInputs: ParatimeBug = {
  spoilStore: ({ database }) => {
    const finalize = database.finalize.bind(database)
    const isKept = ({ type, version }: Root) => type !== ROOT_TYPE_IO || version % 10n !== 5n
    database.finalize = (roots) => finalize(roots.filter(isKept))
  },
}

/** Trees are lost when others have long followed. */
export const lostTrees: ParatimeBug = {
  spoilStore: (store) => {
    const hasRoot = store.hasRoot.bind(store)
    const isLost = ({ version }: Root) => version % 10n === 5n && version + 5n < store.lastRound!
    store.hasRoot = (root) => !isLost(root) && hasRoot(root)
  },
}

function changedState(change: (state: RuntimeState) => RuntimeState): ParatimeBug {
  return {
    changeAnswer: (name, answer) =>
      name === 'RootHash/GetRuntimeState' ? change(answer as RuntimeState) : answer,
  }
}

/** What is read of files with a name like this is not what was written. */
function changedReads(part: string, change: (bytes: Uint8Array) => void): ParatimeBug {
  return {
    wrapFiles: (files) =>
      new Proxy(files, {
        get: (target, name: keyof FileSystem) => {
          const value: unknown = target[name]
          if (typeof value !== 'function') return value
          if (name !== 'openRead') return value.bind(target)
          return (path: string) => {
            const file = target.openRead(path)
            return path.includes(part) ? changed(file, change) : file
          }
        },
      }),
  }
}

function changed(file: OpenFile, change: (bytes: Uint8Array) => void): OpenFile {
  return {
    read: (bytes, position) => {
      const size = file.read(bytes, position)
      if (size > 0) change(bytes.subarray(0, size))
      return size
    },
    write: (parts, position) => file.write(parts, position),
    sync: () => file.sync(),
    truncate: (size) => file.truncate(size),
    size: () => file.size(),
    close: () => file.close(),
  }
}

function flip(bytes: Uint8Array, at: number): void {
  bytes[at]! ^= 1
}

/** Nodes go on with the version that they had. */
export const staleVersion: ParatimeBug = { changeDue: () => VERSION }

/** Committees are elected as if no version were due. */
export const unversionedElection: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    states: block.states.map(({ before, after }) => {
      const [was, is] = [before.committee, after.committee]
      const committee = was && is && { ...is, members: was.members }
      return { before, after: { ...after, ...(committee && { committee }) } }
    }),
  }),
}

/** A ParaTime is suspended although there is a committee. */
export const needlessSuspension: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    states: block.states.map(({ before, after }) => {
      return { before, after: { ...after, suspended: true } }
    }),
  }),
}

/** Nobody looks at who may register. */
export const uncheckedAdmission: ParatimeBug = {
  changeDescriptor: (runtime) => ({
    ...runtime,
    admissionPolicy: make(AdmissionPolicy, { anyNode: {} }),
  }),
}

/** Entities on the list may have any number of nodes. */
export const uncountedNodes: ParatimeBug = {
  changeDescriptor: (runtime) => {
    const entities = [...(runtime.admissionPolicy.entityWhitelist?.entities?.keys() ?? [])]
    const listed = entities.map((one) => [one, make(EntityWhitelistConfig, {})] as const)
    const entityWhitelist = make(EntityWhitelist, { entities: keyedMap(PublicKey, listed) })
    return { ...runtime, admissionPolicy: make(AdmissionPolicy, { entityWhitelist }) }
  },
}

/** Nobody may observe where anybody may. */
export const needlessRefusal: ParatimeBug = {
  changeDescriptor: (runtime) => {
    const observers = make(EntityWhitelistRole, { entities: keyedMap(PublicKey, []) })
    const none = make(PerRoleAdmissionPolicy, { entityWhitelist: observers })
    const known = runtime.admissionPolicy.perRole ?? []
    const perRole = keyedMap(RolesMask, [...known, [ROLES.observer, none] as const])
    return { ...runtime, admissionPolicy: make(AdmissionPolicy, { perRole }) }
  },
}

/** Nobody asks for what a ParaTime wants staked. */
export const unstakedNodes: ParatimeBug = {
  changeDescriptor: (runtime) => ({
    ...runtime,
    staking: { ...runtime.staking, thresholds: make(Runtime, {}).staking.thresholds },
  }),
}

/** Whoever is registered may be elected. */
export const forgottenConstraints: ParatimeBug = {
  changeDescriptor: (runtime) => ({ ...runtime, constraints: make(Runtime, {}).constraints }),
}

/** Owners change what has long governed itself. */
export const forgottenGovernance: ParatimeBug = {
  changeDescriptor: (runtime) => ({
    ...runtime,
    governanceModel: RuntimeGovernanceModel.names.entity,
  }),
}

/** Nodes do not see what waits for a ParaTime. */
export const unseenMessages: ParatimeBug = {
  changeAnswer: (name, answer) => (name === 'RootHash/GetIncomingMessageQueue' ? [] : answer),
}

/** One client's transactions are never taken, nor refused. */
export const ignoredClient: ParatimeBug = {
  wrapRuntime: (runtime) => ({
    ...runtime,
    execute(context, state, batch) {
      const isOfOther = (input: Uint8Array) => decodeRust(Call, input).sender[7] !== 0x30
      return runtime.execute(context, state, { ...batch, inputs: batch.inputs.filter(isOfOther) })
    },
  }),
}

/** What came last is executed first. */
export const reversedMessages: ParatimeBug = {
  wrapRuntime: (runtime) => ({
    ...runtime,
    execute: (context, state, batch) =>
      runtime.execute(context, state, { ...batch, inMessages: batch.inMessages.toReversed() }),
  }),
}

/** What was accepted does not wait. */
export const lostMessages: ParatimeBug = {
  changeBlock: (block) => ({ ...block, queues: block.queues.map(() => []) }),
}

/** Nobody is told what a round has taken. */
export const untoldMessages: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    roothash: block.roothash.filter(({ inMsgProcessed }) => inMsgProcessed === undefined),
  }),
}

/** What comes with a message does not arrive. */
export const unpaidMessages: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    staking: block.staking.filter(({ transfer }) => transfer === undefined),
  }),
}

/** What was signed is not there any more after a crash. */
export const forgottenSignature: ParatimeBug = {
  wrapFiles: (files) =>
    new Proxy(files, {
      get: (target, name: keyof FileSystem) => {
        const value: unknown = target[name]
        if (typeof value !== 'function') return value
        const rename = (from: string, to: string) => {
          if (!to.endsWith('signed.cbor')) target.rename(from, to)
        }
        return name === 'rename' ? rename : value.bind(target)
      },
    }),
}
