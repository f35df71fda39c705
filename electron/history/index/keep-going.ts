import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../database.ts'

/** What `keep_going()` asks, by connection: a function can be given to SQLite only once. */
const questions = new WeakMap<Database, { ask: () => boolean }>()

/**
 * Runs `work`, whose statements may call `keep_going(rowid)` for each row they look at. SQLite cannot be interrupted from
 * outside here, but a function of ours can end the statement that calls it: with `cancelled`, once `ask` says no.
 */
export function whileGoing<Result>(db: Database, ask: () => boolean, work: () => Result): Result {
  const question = questions.get(db) ?? register(db)
  const former = question.ask
  question.ask = ask
  try {
    return work()
  } finally {
    question.ask = former
  }
}

function register(db: Database): { ask: () => boolean } {
  const question = { ask: () => true }
  // The row is an argument only so that SQLite calls it again for each.
  db.function('keep_going', { directOnly: true }, (_row: unknown) => {
    if (!question.ask()) throw new AppError('cancelled', 'The search was cancelled.')
    return 1
  })
  questions.set(db, question)
  return question
}
