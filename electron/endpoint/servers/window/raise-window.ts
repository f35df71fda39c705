/** How the window of a model is made larger, in a sentence for each server. */
const HOW: Record<string, (tokens: number, model: string) => string> = {
  'llama.cpp': (tokens) =>
    `Restart llama-server with -c ${tokens}; with several slots (-np), each gets its share of that.`,
  Ollama: (tokens) =>
    `In the Ollama app, open Settings and raise the context length to ${tokens} or more; or restart it with OLLAMA_CONTEXT_LENGTH=${tokens} ollama serve.`,
  'LM Studio': (tokens) =>
    `In LM Studio, open the model's load settings, set the context length to ${tokens}, and load the model again.`,
  vLLM: (tokens) => `Restart vLLM with --max-model-len ${tokens}.`,
  SGLang: (tokens) => `Restart SGLang with --context-length ${tokens}.`,
  KoboldCpp: (tokens) =>
    `Restart KoboldCpp with --contextsize ${tokens}, or choose it as context size in its launcher.`,
  Jan: (tokens) =>
    `In Jan, open the settings of the model, set the context size to ${tokens}, and start the model again.`,
  'text-generation-webui': (tokens) => `Load the model with --ctx-size ${tokens}, or set ctx-size on the Model page.`,
  LocalAI: (tokens) => `Set context_size: ${tokens} in the YAML file of the model, and restart LocalAI.`,
  'Docker Model Runner': (tokens, model) => `Run: docker model configure --context-size ${tokens} ${model}`,
  GPT4All: (tokens) => `In GPT4All, open Settings, then Model, and set the context length to ${tokens}.`,
}

/** These load a model with the first reply, and tell its window only then. */
const LOADS_LATER = new Set(['Ollama', 'LM Studio', 'llama.cpp'])

/** Servers round to this anyway, and people remember such numbers. */
const STEP_TOKENS = 1_024

interface TestedWindow {
  server: string | null
  model: string
  /** Null while the server does not tell. */
  loadedTokens: number | null
  trainedTokens: number | null
  neededTokens: number
}

/** What to do about a window, in a sentence or two; null where it is large enough. All in tokens. */
export function windowAdvice({
  server,
  model,
  loadedTokens,
  trainedTokens,
  neededTokens,
}: TestedWindow): string | null {
  const name = server ?? 'the server'
  if (loadedTokens === null && LOADS_LATER.has(name)) {
    return `${name} has not loaded this model yet; its window is known after the first reply.`
  }
  if (loadedTokens === null) {
    return `Alcove learns more when ${name} refuses something for its length; you can also set the window by hand.`
  }
  if (loadedTokens >= neededTokens) return null
  const short = `${count(neededTokens - loadedTokens)} tokens are missing: the system prompt, the answer and a few messages need ${count(neededTokens)}.`
  if (trainedTokens !== null && trainedTokens <= loadedTokens) {
    return `${short} This model was made for no more than ${count(trainedTokens)}: choose another one, or keep less free for the answer.`
  }
  const wanted = Math.ceil(neededTokens / STEP_TOKENS) * STEP_TOKENS
  const how = server === null ? undefined : HOW[server]
  const goal = Math.min(wanted, trainedTokens ?? wanted)
  return `${short} ${how?.(goal, model) ?? `Start the server with a context of ${goal} tokens or more.`}`
}

function count(tokens: number): string {
  return tokens.toLocaleString('en')
}
