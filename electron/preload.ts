import { contextBridge, ipcRenderer } from 'electron'
import type { Bridge, StreamMessage } from '../shared/contract-types.ts'

// Three envelopes and nothing else: adding a feature never changes this file. Checking is main's work, because a
// window that was taken over could skip any check made here.
const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke('call', name, input),
  stream(name, input, receive) {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', (event) => receive((event as unknown as { data: StreamMessage }).data))
    port1.start()
    ipcRenderer.postMessage('stream', { name, input }, [port2])
    return () => port1.close()
  },
  onPush(receive) {
    const listener = (_event: unknown, name: string, payload: unknown) => receive(name, payload)
    ipcRenderer.on('push', listener)
    return () => ipcRenderer.off('push', listener)
  },
}

contextBridge.exposeInMainWorld('bridge', bridge)
