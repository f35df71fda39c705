import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import en from '../../shared/messages/en.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
  }
}

// Synchronous on purpose: English is in the bundle, so the first frame already has its words.
void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false },
  initAsync: false,
})

/** A text of the catalogue by its key `<feature>.<key>`; `{{name}}` places take values, `count` picks the plural. */
export const t = i18next.t
