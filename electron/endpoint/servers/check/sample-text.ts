/** Ordinary text of several kinds, to see how a model's tokens compare with estimates. Long enough to measure reading. */
export const SAMPLE_TEXT = `The harbour was quiet that morning. Two boats had come back before sunrise, and their crews were already washing \
the decks when the baker opened her shop. She counted what was left from the day before, wrote the sum into a small \
blue book, and put the kettle on. "We shall have rain by noon," said the man from the lighthouse, who said so every day.

Le train de 7 h 42 arrive à l'heure. Der Fluss führt im Frühling mehr Wasser als im Herbst.

function total(prices: number[]): number {
  return prices.reduce((sum, price) => sum + price, 0)
}

| item   | count | price |
| ------ | ----- | ----- |
| bread  | 12    | 3.40  |
| butter | 5     | 2.15  |`
