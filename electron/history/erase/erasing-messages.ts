/**
 * The `seq` of every message that is being erased one by one, as a subquery. They are still there for a moment, and no
 * reader may show them. While nothing is being erased it costs a look into an empty table.
 */
export const ERASING_MESSAGES = `(
  WITH RECURSIVE erasing (conversation_seq, seq) AS (
    SELECT conversation_seq, message_seq FROM erasures WHERE message_seq IS NOT NULL
    UNION ALL
    SELECT e.conversation_seq, m.seq
    FROM erasing AS e
    CROSS JOIN messages AS m ON m.conversation_seq = e.conversation_seq AND m.parent_seq = e.seq
  )
  SELECT seq FROM erasing
)`

/** Only those where the erasing begins: enough among the children of a message that is not being erased. */
export const ERASING_ROOTS = '(SELECT message_seq FROM erasures WHERE message_seq IS NOT NULL)'
