import { section } from '@wadi/base/config'
import { text } from '@wadi/base/configOption'

/** Which network the node is part of. */
export const genesisConfig = section(
  'genesis',
  { file: text({ default: 'genesis.json', doc: 'The genesis document of the network.' }) },
  [
    ({ file }) =>
      file === ''
        ? { key: 'file', why: 'must not be empty; name the genesis document' }
        : undefined,
  ],
)
