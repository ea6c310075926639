import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import { CommitteeRole } from '../scheduler/committee.ts'
import { RuntimeStatus } from './runtimeStatus.ts'

/** Both made by oasis-core 26.1 of one value, with something in every place but the descriptor. */
const WIRE = [
  'af67696e6465786572a3667374617475736a7265696e646578696e676a6c6173745f726f756e64076e7265696e',
  '6465785f737461747573a5636574611a6553f1646a62617463685f73697a651903e86a656e645f686569676874',
  '18286b6c6173745f686569676874036c73746172745f686569676874016773746f72616765a266737461747573',
  '6e73796e63696e6720726f756e6473746c6173745f66696e616c697a65645f726f756e6408686578656375746f',
  '72a1667374617475730269636f6d6d6974746565a964686f7374a16876657273696f6e7382a3656d616a6f7201',
  '656d696e6f720265706174636803a0657065657273817834313244334b6f6f57467a385a646343654246324345',
  '757a3946345579663455727a6d796a53704d6d67535379446b3861357735366673746174757304686c6976656e',
  '657373a46b6c6976655f726f756e6473036c746f74616c5f726f756e647304706d69737365645f70726f706f73',
  '616c73017366696e616c697a65645f70726f706f73616c73026c6c61746573745f726f756e64096d6c61746573',
  '745f68656967687418286e6163746976655f76657273696f6ea3656d616a6f7201656d696e6f72026570617463',
  '68036e6578656375746f725f726f6c65734201026e7363686564756c65725f72616e6b1bffffffffffffffff6a',
  '636f6d706f6e656e747382a5646b696e6464726f666c646e616d6563613c626776657273696f6ea3656d616a6f',
  '7201656d696e6f720265706174636803686465746163686564f56864697361626c6564f5a1646b696e6464726f',
  '6e6c6a64657363726970746f72f66b6c61746573745f6861736858200000000000000000000000000000000000',
  '0000000000000000000000000000006b6c61746573745f74696d651a6553f1006b70726f766973696f6e657267',
  '73616e64626f786c67656e657369735f6861736858200000000000000000000000000000000000000000000000',
  '0000000000000000006c6c61746573745f726f756e64096d67656e657369735f726f756e6400716c6174657374',
  '5f73746174655f726f6f74a4626e73582040000000000000000000000000000000000000000000000000000000',
  '000000076468617368582000000000000000000000000000000000000000000000000000000000000000006776',
  '657273696f6e0969726f6f745f7479706501726c6173745f72657461696e65645f686173685820000000000000',
  '0000000000000000000000000000000000000000000000000000736c6173745f72657461696e65645f726f756e',
  '6400',
].join('')
const NAMESPACE = `4${'0'.repeat(62)}7`
const ZEROS = '0'.repeat(64)
const JSON_TEXT = [
  `{"descriptor":null,"latest_round":9,"latest_hash":"${ZEROS}",`,
  `"latest_time":"2023-11-14T22:13:20Z","latest_state_root":{"ns":"${NAMESPACE}",`,
  `"version":9,"root_type":1,"hash":"${ZEROS}"},"genesis_round":0,`,
  `"genesis_hash":"${ZEROS}","last_retained_round":0,"last_retained_hash":"${ZEROS}",`,
  '"committee":{"status":"waiting for hosted runtime provision",',
  '"active_version":{"major":1,"minor":2,"patch":3},"latest_round":9,"latest_height":40,',
  '"executor_roles":["worker","backup-worker"],"scheduler_rank":18446744073709551615,',
  '"liveness":{"total_rounds":4,"live_rounds":3,"finalized_proposals":2,',
  '"missed_proposals":1},"peers":["12D3KooWFz8ZdcCeBF2CEuz9F4Uyf4UrzmyjSpMmgSSyDk8a5w56"],',
  '"host":{"versions":[{"major":1,"minor":2,"patch":3},{}]}},',
  '"executor":{"status":"waiting for trust sync"},"storage":{"status":"syncing rounds",',
  '"last_finalized_round":8},"indexer":{"status":"reindexing","last_round":7,',
  '"reindex_status":{"batch_size":1000,"last_height":3,"start_height":1,"end_height":40,',
  '"eta":"2023-11-14T22:15:00Z"}},"provisioner":"sandbox","components":[{"kind":"rofl",',
  '"name":"a\\u003cb","version":{"major":1,"minor":2,"patch":3},"detached":true,',
  '"disabled":true},{"kind":"ronl","version":{}}]}',
].join('')

describe('the status of a runtime', () => {
  it('is read, written and printed as the reference does', () => {
    const status = decode(RuntimeStatus, parseHex(WIRE))
    const { worker, 'backup-worker': backup } = CommitteeRole.names
    assert.deepEqual(status.committee?.executorRoles, [worker, backup])
    assert.equal(status.latestTime, 1_700_000_000n)
    assert.equal(toHex(encode(RuntimeStatus, status)), WIRE)
    assert.equal(toJson(RuntimeStatus, status), JSON_TEXT)
    assert.deepEqual(parseJson(RuntimeStatus, JSON_TEXT), status)
  })
})
