/** `unsafe-reset`: a node forgets everything but who it is. */

import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { ROLE_FILES } from '@wadi/node-crypto/keys/nodeIdentity'
import { findStoppedNode } from '../storage/stoppedNode.ts'
import { errors } from '../transaction/commandErrors.ts'
import { requiredText } from '../transaction/flagValues.ts'
import { resetPaths } from './resetPaths.ts'

const DONE = 0
const LOCAL_STORAGE = 'preserve.local_storage'
const MKVS_DATABASE = 'preserve.mkvs_database'
/** What every folder of a node has that has run. */
const SIGNS = ['consensus', `${ROLE_FILES.node}_pub.pem`]

const options = {
  ...persistentFlags,
  datadir: { kind: 'text', doc: 'data folder of the node (has to be given)', fallback: '' },
  dry_run: {
    kind: 'boolean',
    doc: 'remove nothing, only say what would be removed',
    fallback: false,
    short: 'n',
  },
  force: {
    kind: 'boolean',
    doc: 'remove even what does not look like the data folder of a node',
    fallback: false,
  },
  [LOCAL_STORAGE]: {
    kind: 'boolean',
    doc: 'keep what runtimes have stored locally',
    fallback: true,
  },
  [MKVS_DATABASE]: {
    kind: 'boolean',
    doc: 'keep the databases of the states of runtimes',
    fallback: true,
  },
} as const

function checkFolder(dataDir: string, isForced: boolean): void {
  if (!existsSync(dataDir) || !statSync(dataDir).isDirectory())
    throw errors.badValue(`${dataDir} is no folder; name that of the node with --datadir`)
  const isNode = SIGNS.every((name) => existsSync(join(dataDir, name)))
  if (!isNode && !isForced)
    throw errors.badValue(
      `${dataDir} does not look like the data folder of a node, nothing was removed; name another with --datadir, or add --force`,
    )
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UnavailableError(
      'reset.unremovable',
      `${path} cannot be removed (${code}); make it writable for its owner, and run this again`,
      { cause: error },
    )
  }
}

/** See the top of this file. A folder that a node uses is left alone. */
export const unsafeReset = command<typeof options>({
  name: 'unsafe-reset',
  summary: 'forget the blocks and the state of a node that does not run (UNSAFE)',
  details: [
    'Its keys stay. What it has signed last is forgotten, too: a validator that is started again too soon',
    'can sign twice, for which the network takes stake. It gets blocks and state from others again.',
  ],
  examples: ['wadi-node unsafe-reset --datadir /node/data --dry_run'],
  options,
  async run({ flags }, world) {
    const dataDir = requiredText('datadir', flags.datadir, 'the data folder of the node')
    checkFolder(dataDir, flags.force)
    const overrides = [`--common.data_dir=${dataDir}`]
    await findStoppedNode({ flags: { config: '' }, overrides }, world)
    const paths = resetPaths(dataDir, {
      localStorage: flags[LOCAL_STORAGE],
      mkvsDatabase: flags[MKVS_DATABASE],
    })
    for (const path of paths) {
      world.out.write(`${flags.dry_run ? 'would remove' : 'removing'} ${path}\n`)
      if (!flags.dry_run) remove(path)
    }
    if (paths.length === 0) world.out.write('there is nothing to remove\n')
    return DONE
  },
})
