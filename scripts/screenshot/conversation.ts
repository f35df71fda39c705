// The conversation that the picture shows.
export const MODEL = 'qwen3-8b'
export const TITLE = 'A garden reading list'

export const EXCHANGES: readonly [question: string, answer: string][] = [
  [
    'I want to read about gardening all year. Which theme, which season?',
    `Follow the garden: read about each thing just before it is needed.

| Season | Theme | Read it for |
|---|---|---|
| Winter | Soil and compost | what to feed a bed, and when to leave it alone |
| Spring | Sowing | depth, warmth and patience |
| Summer | Water and pests | fewer chores in the hot weeks |
| Autumn | Saving seed | next year's list, for nothing |

**Two books a season are enough.** Keep a third within reach for rainy weekends.`,
  ],
  [
    'The books are in books.csv. How many pages a day is that?',
    `A few lines of Python tell you, one book a line:

\`\`\`python
import csv
from datetime import date

for book in csv.DictReader(open("books.csv")):
    days = (date.fromisoformat(book["finish_by"]) - date.today()).days
    if days > 0:
        print(f"{book['title']}: {int(book['pages']) / days:.0f} pages a day")
\`\`\`

If a number is above 20, move the date and not your bedtime.`,
  ],
]

/** The other rows of the list, oldest first: how many days ago, and the title. */
export const OTHERS: readonly [daysAgo: number, title: string, mark?: 'pinned' | 'unread'][] = [
  [58, 'Trip budget in three currencies'],
  [51, 'A bird that sings at night'],
  [37, 'Sourdough at 78 % hydration'],
  [33, 'Letter to the landlord'],
  [6, 'Names for a grey cat'],
  [6, '京都の三日間'],
  [5, 'Comparing two heat pumps before the offers expire'],
  [4, 'رسالة شكر قصيرة'],
  [3, 'Regex for dates with offsets'],
  [2, 'House move: lists and dates', 'pinned'],
  [2, 'Allotment plan, beds 1 to 4', 'pinned'],
  [1, 'What to ask the doctor'],
  [1, 'Why bread goes stale'],
  [1, 'Refactor the invoice parser'],
  [0, 'Broad beans in a cold spring'],
  [0, 'Speech for a small wedding', 'unread'],
]
