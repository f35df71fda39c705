import i18next from 'i18next'
import en from '../shared/messages/en.json'

/** Of main's own: the window and the tests have theirs. */
const texts = i18next.createInstance()

void texts.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false },
  initAsync: false,
})

type Keys<N extends 'menu' | 'dialogs' | 'commands'> = Extract<keyof (typeof en)[N], string>
type WithoutPlural<K extends string> = K extends `${infer Stem}_${'one' | 'other'}` ? Stem : K

/** A text of main's menus, dialogs or commands from the one message catalogue; `count` picks the plural. */
export function text(
  key:
    | `menu.${Keys<'menu'>}`
    | `dialogs.${WithoutPlural<Keys<'dialogs'>>}`
    | `commands.${WithoutPlural<Keys<'commands'>>}`,
  values: Record<string, string | number> = {},
): string {
  return texts.t(key, values)
}
