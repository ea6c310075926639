import { toIndentedJson } from '@wadi/cbor/json'
import { bytes } from '@wadi/cbor/scalars'
import { named, struct } from '@wadi/cbor/struct'
import { calls } from '@wadi/consensus/beacon/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { withNode } from '../../connection/nodeConnection.ts'

const DONE = 0
const LAST = 0n
// COMPAT(oasis-core): the field has no tag, so its name is capitalised.
const Answer = struct({ beacon: named('Beacon', bytes) })

/** `debug beacon status`. */
export const status = command({
  name: 'status',
  summary: 'show where the source of randomness is in its epoch',
  options: connectionFlags,
  run: ({ flags }, world) =>
    withNode(flags, world, async (node) => {
      const beacon = await node.ask(calls, 'Beacon/GetBeacon', LAST)
      world.out.write(`${toIndentedJson(Answer, { beacon })}\n`)
      return DONE
    }),
})
