import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { titleFromAnswer } from './title-from-answer.ts'

const KYOTO = 'Cherry blossoms in Kyoto'

describe('the title in an answer', () => {
  it.each([
    ['the title alone', KYOTO],
    ['blank space around', `\n\n   ${KYOTO}  \n`],
    ['straight quotation marks', `"${KYOTO}"`],
    ['typographic ones', `“${KYOTO}”`],
    ['German ones', `„${KYOTO}“`],
    ['French ones', `« ${KYOTO} »`],
    ['Japanese ones', `「${KYOTO}」`],
    ['single ones', `'${KYOTO}'`],
    ['a full stop behind', `${KYOTO}.`],
    ['a full stop in quotation marks', `"${KYOTO}."`],
    ['a label', `Title: ${KYOTO}`],
    ['a label in bold', `**Title:** ${KYOTO}`],
    ['a label and quotation marks', `Title: "${KYOTO}"`],
    ['all of it in bold', `**Title: ${KYOTO}**`],
    ['a heading', `# ${KYOTO}`],
    ['a heading with a label', `## Conversation title: *${KYOTO}*`],
    ['a list of one', `- ${KYOTO}`],
    ['a quotation', `> ${KYOTO}`],
    ['inline code', `\`${KYOTO}\``],
    ['a block of code', `\`\`\`\n${KYOTO}\n\`\`\``],
    ['a link', `[${KYOTO}](https://example.org)`],
    ['a tag', `<title>${KYOTO}</title>`],
    ['JSON', `{"title": "${KYOTO}"}`],
    ['JSON in a block of code', `\`\`\`json\n{ "title": "${KYOTO}" }\n\`\`\``],
    ['an introduction', `Sure! Here's a title: "${KYOTO}"`],
    ['an introduction on its own line', `Here is a short title for the conversation:\n\n**${KYOTO}**`],
    ['a label on its own line', `**Title:**\n${KYOTO}`],
    ['thoughts before', `I should name Kyoto.\n</think>\n\n${KYOTO}`],
    ['a channel', `<|channel|>final<|message|>${KYOTO}`],
    ['characters nobody sees', `\ufeffCherry\u200b blossoms\u00ad in Kyoto\u2060`],
    ['turned direction', `\u202eCherry blossoms\u202c \u2066in\u2069 Kyoto\u200f`],
    ['hidden tags', `Cherry blossoms in Kyoto${'\u{e0068}\u{e0069}'}`],
    ['control characters', `Cherry\u0007 blossoms\u001b in\u0000 Kyoto`],
    ['tabs and wide spaces', 'Cherry\tblossoms  in\u3000Kyoto'],
  ])('is found with %s', (_name, answer) => {
    expect(titleFromAnswer(answer)).toBe(KYOTO)
  })

  it.each([
    ['京都の桜'],
    ['Nur 2. Weltkrieg'],
    ['C++ and C# side by side'],
    ['Vec<String> in Rust'],
    ['snake_case or camelCase?'],
    ['The U.S.A. and the U.K.'],
    ["Rock 'n' roll"],
    ['"Faust" and "Werther"'],
    ['Why 2 * 3 is 6'],
    ['Family 👨‍👩‍👧 budget'],
    ['می‌خواهم بروم'],
    ['Titles of nobility'],
    ['Heredity explained'],
    ['Iceland in winter'],
    ['What is a title?'],
  ])('keeps what belongs to it: %s', (title) => {
    expect(titleFromAnswer(title)).toBe(title)
  })

  it.each([
    ['nothing', ''],
    ['blank space', ' \n\t\n'],
    ['only what nobody sees', '\u200b\u202e\ufeff'],
    ['only quotation marks', '""'],
    ['only marks', '…'],
    ['only a label', 'Title:'],
    ['a placeholder', 'Untitled'],
    ['another', '"New chat"'],
    ['a refusal', "I'm sorry, but I can't help with that."],
    ['a refusal in quotation marks', '"I cannot create a title for this."'],
    ['a refusal behind a label', 'Title: I cannot do this'],
    ['a self-description', 'As an AI language model, I have no opinion on cherries.'],
    ['a German refusal', 'Tut mir leid, dabei kann ich nicht helfen.'],
    ['a Chinese refusal', '抱歉，我无法回答这个问题。'],
    ['two paragraphs', `${KYOTO}\n\nThe cherries bloom at the end of March.`],
    ['a list to choose from', `1. ${KYOTO}\n2. Spring in Japan\n3. A trip`],
    ['an introduction and a list', `Here are some titles:\n- ${KYOTO}\n- Spring in Japan`],
    ['thoughts without an end', `<think>The user asks about ${KYOTO}`],
    ['a whole answer', 'The cherries in Kyoto usually bloom from the end of March to the middle of April, '.repeat(4)],
    ['JSON of something else', '{"name": "Kyoto"}'],
  ])('is none in %s', (_name, answer) => {
    expect(titleFromAnswer(answer)).toBe(null)
  })

  it('is cut at a word when it is long', () => {
    expect(titleFromAnswer(`${'Blossoms and '.repeat(8)}more`)).toBe(
      'Blossoms and Blossoms and Blossoms and Blossoms and Blossoms and Blossoms and…',
    )
  })

  it('is short, in one line, visible and the same when it is read again, whatever was answered', () => {
    const noise = [
      '"',
      '**',
      '\n',
      '\u202e',
      '\u200d',
      '# ',
      'Title:',
      '<think>',
      '</think>',
      '{',
      '👩',
      '\ud83d',
      ' ',
      '.',
    ]
    const piece = fc.oneof(fc.constantFrom(...noise), fc.string({ unit: 'binary', maxLength: 6 }), fc.lorem())
    const answers = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(answers, (answer) => {
        const title = titleFromAnswer(answer)
        if (title === null) return
        expect(title.length).toBeLessThanOrEqual(80)
        expect(title).toBe(title.trim())
        expect(title).toMatch(/[\p{L}\p{N}]/u)
        expect(title.isWellFormed()).toBe(true)
        expect(title).not.toMatch(/[\p{Cc}\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\u00ad]/u)
        expect([null, title]).toContain(titleFromAnswer(title))
      }),
      { numRuns: 2_000 },
    )
  })

  it('does not take long for any answer', () => {
    for (const piece of ['*', '_', '"', 'Here is ', '> ', '[', 'Title of ', '\u200d', '`', '.', 'a.']) {
      expect(() => titleFromAnswer(piece.repeat(20_000))).not.toThrow()
      expect(() => titleFromAnswer(piece.repeat(100))).not.toThrow()
    }
  })
})
