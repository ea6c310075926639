/**
 * The folders of a network on this machine:
 *
 *   node apps/node/src/makeNetwork.ts --folder <folder> [--nodes 4] [--accounts 16] [--port 26656]
 *     [--timeout-commit 1000] [--application oasis|kvstore] [--dialect oasis|stock]
 *
 * Each `node-<i>/config.yml` in it is for `main.ts --config`. Everybody can make the same keys
 * from the seed: such a network is for tests.
 */

import { parseArgs } from 'node:util'
import { UnavailableError } from '@wadi/base/errors'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    seed: { type: 'string', default: 'test' },
    nodes: { type: 'string', default: '4' },
    accounts: { type: 'string', default: '16' },
    port: { type: 'string', default: '26656' },
    'timeout-commit': { type: 'string', default: '1000' },
    application: { type: 'string', default: 'oasis' },
    dialect: { type: 'string', default: 'oasis' },
  },
})

if (values.folder === undefined) throw new UnavailableError('node.setting', '--folder is missing')
const network = createNetworkGenesis({
  seed: values.seed,
  validators: Number(values.nodes),
  accounts: Number(values.accounts),
  timeoutCommitMs: BigInt(values['timeout-commit']),
})
const { application, dialect } = values
const nodes = makeNetworkFolders({
  folder: values.folder,
  network,
  ports: network.validators.map((_, i) => Number(values.port) + i),
  settings: { wadi: { test: { application, dialect } } },
})
for (const { configPath, address } of nodes) console.log(`${configPath}  ${address}`)
