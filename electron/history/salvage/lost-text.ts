/** What stands in a salvaged history beside a message that the damage took, as the JSON of its error. */

const lost = (message: string) => JSON.stringify({ code: 'history-corrupt', message, retryable: false })

export const LOST_WHOLE = lost('This message was lost: its place on the disk is damaged.')
export const LOST_PART = lost('The rest of this message was lost: its place on the disk is damaged.')

/** Title of a conversation whose own row was lost. */
export const LOST_TITLE = 'Recovered conversation'
