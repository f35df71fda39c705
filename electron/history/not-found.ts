import { AppError } from '../../shared/errors.ts'

export function conversationNotFound(): AppError {
  return new AppError('not-found', 'This conversation is no longer there. It may have been erased; choose another one.')
}

export function messageNotFound(): AppError {
  return new AppError('not-found', 'This message is no longer there. Reload the conversation to see what is.')
}
