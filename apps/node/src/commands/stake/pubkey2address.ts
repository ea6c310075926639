import { command } from '@wadi/node-config/command'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { publicKeyOf } from '../transaction/flagValues.ts'

const DONE = 0

/** `stake pubkey2address`. */
export const pubkey2address = command({
  name: 'pubkey2address',
  summary: "convert a public key (e.g. entity's ID) to an account address",
  options: {
    public_key: { kind: 'text', doc: 'Public key (Base64-encoded)', fallback: '' },
  },
  run({ flags }, { out }) {
    const key = publicKeyOf('public_key', flags.public_key)
    out.write(`${printAddress(stakingAddress(key))}\n`)
    return DONE
  },
})
