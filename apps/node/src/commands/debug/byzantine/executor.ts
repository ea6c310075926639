import { equalBytes, parseHex, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { type Call, command } from '@wadi/node-config/command'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { Misbehaviour } from '../../../modes/modeNode.ts'
import { loadTold, runSettings } from '../../../runNode.ts'
import { errors } from '../../transaction/commandErrors.ts'
import { ByzantineExecutor } from './byzantineExecutor.ts'
import { byzantineFlags } from './byzantineFlags.ts'
import { byzantineSettings } from './byzantineSettings.ts'
import { type ExecutorMode, misdeedsIn, parseExecutorMode } from './executorMode.ts'
import { lyingNetwork } from './lyingNetwork.ts'

/** Of the test runtime of the reference, which every executor can run. */
const KEYVALUE = { version: { major: 0, minor: 0, patch: 0 }, module: 'keyvalue' }

function runtimeIdOf(text: string): Namespace {
  try {
    return Namespace.check(parseHex(text))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badValue(
      `--runtime_id is ${JSON.stringify(text)}; give the 64 digits of a runtime (${error.message})`,
    )
  }
}

/** A compute node; a runtime for which it has no program is taken for the test runtime. */
function settingsOf(call: Call<typeof byzantineFlags>, settings: Settings, id: Namespace) {
  const asked = byzantineSettings(settings, call, 'compute')
  const { runtime, wadi } = asked
  const hasProgram = runtime.paths.length > 0 || wadi.paratimes.some((p) => equalBytes(p.id, id))
  if (hasProgram) return asked
  return { ...asked, wadi: { ...wadi, paratimes: [...wadi.paratimes, { id, ...KEYVALUE }] } }
}

function misbehaviourOf(
  { flags }: Call<typeof byzantineFlags>,
  mode: ExecutorMode,
  runtimeId: Namespace,
): Misbehaviour {
  const { diffs, stops } = mode
  const isPrimary = flags['executor.primary_scheduler_expected']
  return {
    activationEpoch: flags.activation_epoch,
    misdeedsIn: (round) => misdeedsIn(mode, round),
    ...(diffs && {
      networkOf: (network, log) =>
        lyingNetwork(network, diffs, (method) => log.info('answers as a liar does', { method })),
    }),
    watch: ({ ask, node, log, stopSoon, onFatal }) => {
      const stateOf = () => ask('RootHash/GetRuntimeState', { runtimeId, height: 0n })
      const turn = { node: PublicKey.check(node.publicKey), isPrimary }
      return new ByzantineExecutor({ stateOf, turn, stops, log, stopSoon, onFatal })
    },
  }
}

/** `debug byzantine executor`: a compute node that misbehaves in one round, and ends. */
export const executor = command<typeof byzantineFlags>({
  name: 'executor',
  summary: 'run a compute node that misbehaves in round 3 of a runtime, and ends then',
  details: [
    'Runs the node of the configuration as a compute node. It registers in the epoch of --activation_epoch, and has to be a worker of the committee when round 3 of the runtime begins, and its primary',
    'scheduler if and only if --executor.primary_scheduler_expected says so; otherwise it ends with 1. After that round it ends with 0: it is missed in all that follow. With --storage.corrupt_get_diff it stays.',
    'Modes: executor_honest; executor_dishonest commits to a wrong state; executor_straggler ends once it is elected; executor_failure_indicating commits to a failure; executor_runaway proposes and does no more;',
    'executor_invalid_batch_hash proposes a batch that is not the one it has signed; executor_wrong_io and executor_equivocation, which the reference does not have, commit to wrong inputs and outputs, and sign two',
    'proposals and two commitments. Without a program for the runtime it runs the key-value runtime of the tests.',
  ],
  examples: [
    'wadi-node debug byzantine executor --config node.yaml --debug.dont_blame_oasis --executor.mode executor_dishonest --activation_epoch 1',
  ],
  options: byzantineFlags,
  async run(call, world) {
    const mode = parseExecutorMode(call.flags)
    const runtimeId = runtimeIdOf(call.flags.runtime_id)
    const { config, sources } = loadTold(call, world)
    const isForTests = call.flags['debug.dont_blame_oasis']
    if (!isForTests)
      throw errors.missingValue(
        `executor breaks the protocol of ${toHex(runtimeId)}; say --debug.dont_blame_oasis if that is meant`,
      )
    const hasTestEntity = call.flags['debug.test_entity']
    const misbehaviour = misbehaviourOf(call, mode, runtimeId)
    const settings = settingsOf(call, config, runtimeId)
    return await runSettings({ settings, sources, isForTests, hasTestEntity, misbehaviour }, world)
  },
})
