/** What several pages of help explain in the same words. */

export const AMOUNT = '<amount> is in tokens, with decimals where there are any: 25, or 0.5.'
export const WHO = [
  'Accounts are named by their address (oasis1…), by the name in "wadi account list", or by',
  'test:0 to test:9 on a local network.',
]
export const WHOSE = [
  'Without [account] it is the one of WADI_ACCOUNT, of the settings, or the only one there is.',
]
export const VALIDATOR = [
  '<validator> is the address of a validator, as "wadi validators" lists them; on a local network',
  'also its name, such as node-0.',
]
export const ASKED_FIRST = [
  'What is sent, and what it costs at most, is shown and asked about before it is signed.',
]
export const WHICH_PARATIME = [
  '<paratime> is its name, its identifier, or the beginning or end of that: see "wadi paratime',
  'list".',
]
export const WHAT_IS_HIDDEN = [
  'With --encrypted neither the node that is asked nor whoever sees the transaction sees what is',
  'called, with what, and what is answered. Everybody still sees who signs, the fee, the nonce, when',
  'it was and how large, how much gas it may use (the same for all calls, unless --gas is given), and',
  'what the ParaTime tells of it: in accounts all balances, and events of who paid whom how much.',
  'Deposits, withdrawals and delegations stand in the clear on the consensus layer, with their',
  'amounts. The node that is asked is also asked what the account has, has allowed or has delegated,',
  'as far as the call needs it, and may guess from this which call it is.',
  'Nodes that execute it can read it, those of the next few epochs, observers, and the key manager;',
  'and without enclaves so can whoever runs one of them. For whose key it is encrypted is what the',
  'node that is asked says: one that lies can name a key of its own, and read it. With --verify the',
  'network proves who signs the keys.',
]
