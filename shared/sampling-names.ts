import type { Sampling } from './record-types.ts'

/**
 * What servers call the fields of a request. `repeat_penalty` is llama.cpp's, Ollama's and LM Studio's name,
 * `repetition_penalty` that of vLLM, SGLang and text-generation-webui; each ignores the other's, so both are sent.
 */
export const SAMPLING_NAMES: { readonly [N in keyof Required<Sampling>]: readonly string[] } = {
  temperature: ['temperature'],
  topP: ['top_p'],
  topK: ['top_k'],
  minP: ['min_p'],
  presencePenalty: ['presence_penalty'],
  frequencyPenalty: ['frequency_penalty'],
  repeatPenalty: ['repeat_penalty', 'repetition_penalty'],
  maxTokens: ['max_tokens'],
  seed: ['seed'],
  stop: ['stop'],
  reasoningEffort: ['reasoning_effort'],
}
