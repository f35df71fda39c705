import { expect, it } from 'vitest'
import { performMainJob } from '../../scripts/main-job.ts'

it('connects, chats, keeps two conversations, switches between them and exports them', async () => {
  expect(await performMainJob()).toMatchObject({ conversations: 2, messages: 4 })
})
