/** A thread that answers each number with the next one, `count` times. */

import { workerData } from 'node:worker_threads'
import { Meeting, type MeetingPlace } from '../meeting.ts'

const { place, count } = workerData as { readonly place: MeetingPlace; readonly count: number }
const meeting = new Meeting(place)
let mine = 0
for (let i = 0; i < count; i++) mine = 1 + meeting.exchange(mine, [])
