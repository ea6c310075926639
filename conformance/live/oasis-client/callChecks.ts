/** Every call of the client, tried. */

import { type CallName, calls, type Known, type Row } from './callsTable.ts'
import { expectCoded, expectEqual, expectStatus, expectThat, print } from './expectation.ts'
import { accountOf, type Check, type Client, type Scene } from './scene.ts'
import { firstOf, takeUntil } from './streamed.ts'
import { commit } from './submission.ts'

const UNIMPLEMENTED = 12
const ADDRESS_BYTES = 20
/** Of what is taken back. */
const SHARES = 7n

/** Streams that are open at a time: a page has six connections with a server. */
const STREAMS_AT_ONCE = 3

/** Takes back a little, so that there is something of everything at that height. */
async function learn(scene: Scene): Promise<Known> {
  const { oasis, client } = scene
  const { address: owner, publicKey } = accountOf(scene)
  const [validator] = await client.schedulerGetValidators(0n)
  const { entity_id: entity, id } = validator!
  const escrow = oasis.staking.addressFromPublicKey(entity)
  const back = { account: escrow, shares: oasis.quantity.fromBigInt(SHARES) }
  const { height } = await commit(scene, oasis.staking.reclaimEscrowWrapper().setBody(back))
  const node = await client.registryGetNode({ height, id })
  const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(node.consensus.id))
  const proposals = await client.governanceProposals(height)
  return {
    height,
    block: await client.consensusGetBlock(height),
    owner,
    publicKey,
    escrow,
    entity,
    node,
    consensusAddress: new Uint8Array(hash, 0, ADDRESS_BYTES),
    proposal: proposals.at(-1)!.id,
  }
}

/** All of a kind. */
function rowsOf<K extends Row['kind']>(kind: K): (readonly [CallName, Row & { kind: K }])[] {
  const isOfKind = (entry: [string, Row]): entry is [CallName, Row & { kind: K }] =>
    entry[1].kind === kind
  return Object.entries(calls).filter(isOfKind)
}

/** Names of what failed, instead of only the first one. */
async function tryEach<T extends readonly [string, unknown]>(
  entries: readonly T[],
  attempt: (entry: T) => Promise<unknown>,
): Promise<void> {
  expectThat(entries.length > 0, 'there is something to try')
  const failures: string[] = []
  for (const entry of entries)
    await attempt(entry).catch((error: Error) => failures.push(`${entry[0]}: ${error.message}`))
  expectEqual(failures, [], 'failures')
}

/** The call itself, without knowing what it takes. */
function callOf(client: Client, name: CallName) {
  return (client[name] as (this: Client, request?: unknown) => never).bind(client)
}

function isStream(name: CallName): boolean {
  return /Watch|storageGetCheckpointChunk|storageGetDiff/.test(name)
}

export const callChecks: readonly Check[] = [
  {
    name: 'has no call that is not tried here',
    async run({ oasis }) {
      const own = Object.getOwnPropertyNames(oasis.client.NodeInternal.prototype)
      const names = own.filter((name) => name !== 'constructor')
      expectEqual(Object.keys(calls).sort(), names.sort(), 'names')
    },
  },
  {
    name: 'is answered whatever it asks',
    async run(scene) {
      const known = await learn(scene)
      await tryEach(rowsOf('answer'), async ([, { ask, isGood }]) => {
        const answer = await ask(scene.client, known)
        expectThat(isGood(answer), `has another form: ${print(answer)}`)
      })
      await tryEach(rowsOf('refusal'), ([, { ask, error }]) =>
        expectCoded(scene, ask(scene.client, known), error),
      )
    },
  },
  {
    name: 'is told what streams tell by themselves, and leaves them',
    async run(scene) {
      const { client } = scene
      const known = await learn(scene)
      await tryEach(rowsOf('telling'), ([, { watch }]) =>
        takeUntil(watch(client, known), ({ length }) => length > 0),
      )
      const waiting = rowsOf('waiting')
      for (let at = 0; at < waiting.length; at += STREAMS_AT_ONCE) {
        const open = waiting.slice(at, at + STREAMS_AT_ONCE)
        const streams = open.map(([name, { watch }]) => ({ name, stream: watch(client, known) }))
        const told = Promise.race(
          streams.map(async ({ name, stream }) => ({ name, told: await firstOf(stream) })),
        )
        const blocks = takeUntil(client.consensusWatchBlocks(), ({ length }) => length > 1)
        await Promise.race([blocks, told.then((first) => expectEqual(first, {}, 'told'))])
        for (const { stream } of streams) stream.cancel()
      }
    },
  },
  {
    name: 'is told which calls there are none of',
    async run(scene) {
      await tryEach(rowsOf('absent'), async ([name]) => {
        const call = callOf(scene.client, name)
        if (!isStream(name)) return expectStatus(scene, call(), UNIMPLEMENTED)
        const first = (await firstOf(call())) as { readonly code?: number }
        expectEqual(first.code, UNIMPLEMENTED, name)
      })
    },
  },
]
