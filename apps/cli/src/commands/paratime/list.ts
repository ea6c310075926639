import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { RUNTIME_KINDS } from '@wadi/consensus/registry/runtime'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { LAST, type Network, withNetwork } from '../../network/withNetwork.ts'
import { type Paratime, paratimesOf } from '../../paratimes/findParatime.ts'
import { tableLines } from '../../words/lines.ts'

async function stateOf({ client }: Network, { runtime }: Paratime) {
  try {
    return await client.rootHash.getRuntimeState({ runtimeId: runtime.id, height: LAST })
  } catch (error) {
    // Key managers have no rounds.
    if (error instanceof CodedError && error.module === 'roothash') return undefined
    throw error
  }
}

const KIND_WORDS: ReadonlyMap<number, string> = new Map([
  [RUNTIME_KINDS.compute, 'compute'],
  [RUNTIME_KINDS.keyManager, 'key manager'],
])

function standOf(state: RuntimeState | undefined): string | undefined {
  if (state === undefined) return undefined
  if (state.suspended) return 'suspended'
  return state.committee === undefined ? 'without a committee' : 'running'
}

/** `wadi paratime list`. */
export const list = wadiCommand({
  name: 'list',
  summary: 'list the ParaTimes of the network, and where they are',
  details: [
    'COMMITTEE is how many nodes execute each round, and how many more decide when these disagree.',
    'Calls can be encrypted (--encrypted) for a ParaTime that has KEYS: those of a key manager.',
  ],
  examples: ['wadi paratime list'],
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      operandsOf(operands)
      const found = await paratimesOf(network)
      const all = await Promise.all(
        found.map(async (each) => ({ ...each, state: await stateOf(network, each) })),
      )
      const json = {
        paratimes: all.map(({ id, name, runtime, state }) => ({
          id,
          name,
          kind: KIND_WORDS.get(runtime.kind),
          state: standOf(state),
          round: state?.lastBlock?.header.round,
          workers: state && runtime.executor.groupSize,
          backup_workers: state && runtime.executor.groupBackupSize,
          key_manager: runtime.keyManager && toHex(runtime.keyManager),
        })),
      }
      const rows = all.map(({ id, name = '', runtime, state }) => [
        name,
        id,
        KIND_WORDS.get(runtime.kind) ?? '',
        standOf(state) ?? '',
        `${state?.lastBlock?.header.round ?? ''}`,
        state ? `${runtime.executor.groupSize} + ${runtime.executor.groupBackupSize}` : '',
        runtime.keyManager === undefined ? '' : 'yes',
      ])
      const head = ['NAME', 'IDENTIFIER', 'KIND', 'STATE', 'ROUND', 'COMMITTEE', 'KEYS']
      return answer(flags, world, { json, lines: tableLines(head, rows, 'There are none.') })
    }),
})
