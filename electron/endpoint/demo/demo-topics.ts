interface DemoTopic {
  pattern: RegExp
  reasoning?: string
  text: string
}

const help = `## What you can try with me

Send any of these words:

| Word | What you get |
|---|---|
| \`long\` | a reply of several pages, to scroll in and to stop |
| \`code\` | code blocks to copy |
| \`table\` | a table |
| \`list\` | nested and numbered lists, a task list, a quotation |
| \`think\` | reasoning first, then the reply |
| \`languages\` | other scripts, right to left included |
| \`model\` | how to connect a real model |`

const code = `## A code block

\`\`\`ts
/** The first \`count\` Fibonacci numbers. */
export function fibonacci(count: number): number[] {
  const numbers: number[] = []
  let [a, b] = [0, 1]
  while (numbers.length < count) {
    numbers.push(a)
    ;[a, b] = [b, a + b]
  }
  return numbers
}
\`\`\`

Code keeps its spaces, and the button at its corner copies it. A line that is too long scrolls sideways:

\`\`\`sh
llama-server --model ./models/a-model-with-quite-a-long-name.gguf --ctx-size 16384 --port 8080 --alias my-model
\`\`\`

Code inside a line, such as \`fibonacci(10)\`, is set apart as well.`

const table = `## A table

| Planet | Moons | Day | Note |
|:--|--:|--:|:--|
| Mercury | 0 | 4,223 h | closest to the Sun |
| Earth | 1 | 24 h | you are here |
| Mars | 2 | 25 h | *red* from iron |
| Jupiter | 95 | 10 h | **largest** |
| Saturn | 146 | 11 h | rings of ice |`

const list = `## Lists

1. First, a numbered list.
2. Then one inside another:
   - a point
   - another point, with **bold**, *italic* and ~~struck~~ words
     - and one level deeper
3. And back.

- [x] A task that is done
- [ ] One that is not

> A quotation stands apart from the text around it.`

const languages = `## Other scripts

- Deutsch: Fünf große Wölfe übten heiß Jodeln.
- Français : Où est l'élève naïf ?
- Русский: Съешь ещё этих мягких булок.
- Ελληνικά: Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.
- 日本語: いろはにほへと ちりぬるを
- 中文: 天地玄黄，宇宙洪荒。
- 한국어: 다람쥐 헌 쳇바퀴에 타고파
- हिन्दी: नमस्ते, आप कैसे हैं?
- Emoji: 👩‍🚀 🧑🏽‍🌾 🏳️‍🌈

هذه فقرة باللغة العربية، تُقرأ من اليمين إلى اليسار، وفيها كلمة English في الوسط.

זו פסקה בעברית, הנקראת מימין לשמאל.`

const model = `## Connect a real model

Alcove talks to any server on your computer or network that speaks the OpenAI protocol. Three that are easy to start with:

1. **Ollama**: install it, then run \`ollama run llama3.2\`. Address: \`http://localhost:11434/v1\`
2. **LM Studio**: load a model, open *Developer* and start the server. Address: \`http://localhost:1234/v1\`
3. **llama.cpp**: run \`llama-server -m model.gguf --port 8080\`. Address: \`http://localhost:8080/v1\`

Then open **Settings**, add an endpoint with that address and press **Test the connection**. Your messages go to that address and nowhere else.`

const chapters = [
  [
    'A room of one’s own',
    'An alcove is a small space set back from a large room: open enough to hear the house, private enough to think. People have built them for centuries, for a bed, for a desk, for a lamp and a chair.',
  ],
  [
    'Why replies arrive in pieces',
    'A language model writes one token at a time, and each is shown as soon as it exists. A token is a short word or a part of a long one. At sixty a second a page takes about ten seconds.',
  ],
  [
    'What a window is',
    'A model can look at a limited number of tokens at once: its context window. Your whole conversation is sent with each message, so a long one fills the window, and the oldest turns have to give way. They stay in your history all the same.',
  ],
  [
    'Scrolling while it grows',
    'Scroll up now. The text should stay where you are reading, even though more arrives below. Return to the end, and the view follows the reply again.',
  ],
  [
    'Stopping',
    'Press Stop at any moment. What has been written so far is kept, and you can continue from there or make the reply anew. Both versions are kept: neither replaces the other.',
  ],
  [
    'Leaving and coming back',
    'Open another conversation while this reply is being written. It goes on without you, and is complete when you come back.',
  ],
  [
    'Taking it with you',
    'Your conversations belong to you. Export one, some or all of them as a file that other programs can read, with nothing left out.',
  ],
] as const

const long = `## A long reply

${[1, 2, 3]
  .flatMap((round) =>
    chapters.map(
      ([title, body], index) =>
        `### ${(round - 1) * chapters.length + index + 1}. ${title}\n\n${body}\n\n- Round ${round} of 3\n- Part ${index + 1} of ${chapters.length}`,
    ),
  )
  .join('\n\n')}

That was all of it. A real model would have had more to say, or less.`

/** What the demo shows when the newest message holds one of its words; the first that matches wins. */
export const demoTopics: readonly DemoTopic[] = [
  { pattern: /\b(?:long|longer)\b/i, text: long },
  { pattern: /\bcode\b/i, text: code },
  { pattern: /\btables?\b/i, text: table },
  { pattern: /\blists?\b/i, text: list },
  {
    pattern: /\b(?:think|thinking|reason|reasoning)\b/i,
    reasoning:
      'The message holds the word "think". I am a demo and cannot think, but a reasoning model would write its way to an answer here first. So I write a few sentences, to show where they go: apart from the reply, and folded away once it begins.',
    text: 'What you saw above is where a reasoning model shows **how** it came to its answer. This is the answer itself; only this part is sent back to the model with your next message.',
  },
  { pattern: /\b(?:languages?|unicode|emoji)\b/i, text: languages },
  { pattern: /\b(?:models?|connect|install)\b/i, text: model },
  { pattern: /\bhelp\b/i, text: help },
]
