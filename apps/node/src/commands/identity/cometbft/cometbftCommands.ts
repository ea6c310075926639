/** `identity cometbft`: how CometBFT calls a node. */

import { join } from 'node:path'
import { toHex } from '@wadi/base/bytes'
import { type AnyCommand, type CommandGroup, command } from '@wadi/node-config/command'
import { loadPublicKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { ROLE_FILES } from '@wadi/node-crypto/keys/nodeIdentity'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { verboseFlag } from '../../stake/verboseFlag.ts'
import { dataFolderFlag, dataFolderOf } from '../dataFolder.ts'

const DONE = 0
/** How many bytes of an address people compare. */
const FINGERPRINT_BYTES = 6

interface Shown {
  readonly name: string
  readonly summary: string
  readonly role: keyof typeof ROLE_FILES
  readonly title: string
}

const shared = { ...dataFolderFlag, ...verboseFlag } as const

/** It needs the public key only, so that it can be asked about the files of another machine. */
function showAddress({ name, summary, role, title }: Shown): AnyCommand {
  return command({
    name,
    summary,
    options: shared,
    run({ flags }, { out }) {
      const path = join(dataFolderOf(flags), `${ROLE_FILES[role]}_pub.pem`)
      const address = validatorAddress(loadPublicKeyFile(path))
      const text = toHex(address).toUpperCase()
      const fingerprint = toHex(address.subarray(0, FINGERPRINT_BYTES)).toUpperCase()
      out.write(flags.verbose ? `${title}: ${text} (fingerprint: ${fingerprint})\n` : `${text}\n`)
      return DONE
    },
  })
}

/** See the top of this file. */
export const cometbftCommands: CommandGroup = {
  name: 'cometbft',
  summary: 'print addresses by which CometBFT, the consensus engine, knows a node',
  shared,
  commands: [
    showAddress({
      name: 'show-consensus-address',
      summary: 'print the address of the key that signs votes',
      role: 'consensus',
      title: "Consensus' (validator's) CometBFT address",
    }),
    showAddress({
      name: 'show-node-address',
      summary: 'print the address by which peers know the node',
      role: 'p2p',
      title: "Node's CometBFT address",
    }),
  ],
}
