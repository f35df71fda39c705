/** Where a reader was: at the end, or with a row (by key) a number of pixels below its top edge. */
export type ReadingPlace = { atEnd: true } | { atEnd: false; key: string; offsetPx: number }

const places = new Map<string, ReadingPlace>()

/** Where the reader left a conversation; kept until the window closes. New ones open at the end. */
export function placeIn(conversationId: string): ReadingPlace {
  return places.get(conversationId) ?? { atEnd: true }
}

export function rememberPlace(conversationId: string, place: ReadingPlace): void {
  places.set(conversationId, place)
}
