/** Usual addresses of local servers, to fill in the address with a click; nothing is asked there by that. */
export const presets = [
  { server: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { server: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { server: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
  { server: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
  { server: 'KoboldCpp', baseUrl: 'http://127.0.0.1:5001/v1' },
  { server: 'Jan', baseUrl: 'http://127.0.0.1:1337/v1' },
] as const
