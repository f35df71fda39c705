/** Props of an element that scrolls and has nothing to focus inside: the keyboard must be able to reach it too. */
export const keyboardScrollable = { tabIndex: 0 } as const
