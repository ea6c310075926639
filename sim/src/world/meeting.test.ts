import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { Meeting, newMeetingPlaces } from './meeting.ts'

const COUNT = 1000

describe('a meeting of two threads', () => {
  it('gives each what the other has brought to the same meeting', async () => {
    const [here, place] = newMeetingPlaces()
    const worker = new Worker(new URL('./testing/meetingThread.ts', import.meta.url), {
      workerData: { place, count: COUNT },
      transferList: [place.port],
    })
    const meeting = new Meeting(here)
    let mine = 0
    for (let i = 0; i < COUNT; i++) {
      const theirs = meeting.exchange(mine, [])
      assert.equal(theirs, i)
      mine = 1 + theirs
    }
    await once(worker, 'exit')
  })
})
