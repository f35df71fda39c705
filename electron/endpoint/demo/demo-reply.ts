import { demoTopics } from './demo-topics.ts'

export interface DemoMessage {
  role: string
  content: string
}

export interface DemoReply {
  reasoning: string
  text: string
}

/** About four characters make a token in English; the demo counts no better than that, and says so. */
function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4)
}

/** Estimated tokens of a whole request, four for the frame of each message. */
export function estimatePrompt(messages: readonly DemoMessage[]): number {
  return messages.reduce((sum, message) => sum + 4 + estimateTokens(message.content), 0)
}

/**
 * What the demo answers: that it is a demo, what it was sent, and what can be tried. The same messages always give the
 * same reply.
 */
export function buildDemoReply(messages: readonly DemoMessage[], contextTokens: number): DemoReply {
  const question = messages.findLast((message) => message.role === 'user')?.content ?? ''
  if (messages.at(-1)?.role === 'assistant') {
    return { reasoning: '', text: ' … and this is where the demo goes on with a reply that was stopped.' }
  }
  const topic = demoTopics.find((candidate) => candidate.pattern.test(question))
  const report = describeRequest(messages, question, contextTokens)
  if (topic !== undefined) return { reasoning: topic.reasoning ?? '', text: `${topic.text}\n\n---\n\n${report}` }
  const userMessages = messages.filter((message) => message.role === 'user').length
  return { reasoning: '', text: userMessages <= 1 ? welcome(report) : goOn(question, report) }
}

function welcome(report: string): string {
  return `# Welcome to Alcove

I am the **demo endpoint**: not a language model, but a small program inside Alcove that answers in place of one. You can \
try everything with me before you set up a model. What you type to me never leaves this program.

${report}

## Try this

Send one of these words and watch the window:

- \`long\` for a long reply: scroll up while it grows, or press **Stop**
- \`code\` for a code block, \`table\` for a table, \`list\` for nested lists
- \`think\` for a reply that shows its reasoning first
- \`languages\` for other scripts, right to left included
- \`model\` for how to connect a real one

Make a reply anew, rename this conversation, open another, export them all: everything works \
here as it will with your own model.`
}

function goOn(question: string, report: string): string {
  return `You wrote ${quote(question)}. A real model would answer that; I can only tell you **what a model would have seen**:

${report}

Everything above was sent again with your last message, as it is for a real model: that is how a model "remembers". Send \
\`help\` for what else you can try with me.`
}

/** What a model would have seen of this request, as a Markdown table. */
function describeRequest(messages: readonly DemoMessage[], question: string, contextTokens: number): string {
  const system = messages.filter((message) => message.role === 'system')
  const systemChars = system.reduce((sum, message) => sum + message.content.length, 0)
  const count = (role: string) => messages.filter((message) => message.role === role).length
  const tokens = estimatePrompt(messages)
  return `## What I was sent

| | |
|---|---|
| Messages | ${messages.length}: ${count('user')} from you, ${count('assistant')} from me, ${system.length} system |
| System prompt | ${system.length === 0 ? 'none' : `yes, ${systemChars.toLocaleString('en')} characters`} |
| Size | about ${tokens.toLocaleString('en')} tokens of the ${contextTokens.toLocaleString('en')} in my window |
| Your last message | ${quote(question)} |`
}

/** The first words, made safe for a table cell. */
function quote(text: string): string {
  const line = text.replace(/[\s|`*_<>[\]\\]+/g, ' ').trim()
  if (line === '') return 'nothing to read'
  const words = line.split(' ').slice(0, 8).join(' ')
  const start = Array.from(words).slice(0, 60).join('')
  return start === line ? `“${start}”` : `“${start} …”`
}
