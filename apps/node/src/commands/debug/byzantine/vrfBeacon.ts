import { command } from '@wadi/node-config/command'
import { loadTold, runSettings } from '../../../runNode.ts'
import { parseBeaconMode } from './beaconMode.ts'
import { byzantineFlags } from './byzantineFlags.ts'
import { createByzantineProver } from './byzantineProver.ts'
import { byzantineSettings } from './byzantineSettings.ts'

/** `debug byzantine vrfbeacon`: a validator that answers the beacon as its mode says. */
export const vrfBeacon = command<typeof byzantineFlags>({
  name: 'vrfbeacon',
  summary: 'run a validator that proves its randomness in time, too early, or never',
  details: [
    'Runs the node of the configuration as a validator, on a network whose beacon asks for proofs of randomness, until it is stopped. At the end of each round',
    'it logs byzantine/vrf_beacon/round_completed. It ends with 1 if the chain does not treat it as its mode deserves: an early proof has to be refused.',
  ],
  examples: [
    'wadi-node debug byzantine vrfbeacon --config node.yaml --debug.dont_blame_oasis --vrf_beacon_mode vrf_beacon_early --activation_epoch 1',
  ],
  options: byzantineFlags,
  async run(call, world) {
    const { flags } = call
    const mode = parseBeaconMode(flags.vrf_beacon_mode)
    const { config, sources } = loadTold(call, world)
    const isForTests = flags['debug.dont_blame_oasis']
    const hasTestEntity = isForTests && flags['debug.test_entity']
    const misbehaviour = {
      createProver: (options: Parameters<typeof createByzantineProver>[1]) =>
        createByzantineProver(mode, options),
      activationEpoch: flags.activation_epoch,
    }
    const settings = byzantineSettings(config, call, 'validator')
    return await runSettings({ settings, sources, isForTests, hasTestEntity, misbehaviour }, world)
  },
})
