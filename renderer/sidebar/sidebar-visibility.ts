import { create } from 'zustand'
import { updatePreferences, usePreferences } from '../shell/preferences.ts'

const narrowWindow = window.matchMedia('(max-width: 719px)')

interface SidebarVisibility {
  /** Below 720 px the sidebar is a drawer over the page, closed at first. */
  narrow: boolean
  drawerOpen: boolean
}

export const useSidebar = create<SidebarVisibility>(() => ({ narrow: narrowWindow.matches, drawerOpen: false }))

narrowWindow.addEventListener('change', ({ matches }) => useSidebar.setState({ narrow: matches, drawerOpen: false }))

/** Whether the sidebar is in sight; the header shows its own toggle while it is not. */
export function useSidebarShown(): boolean {
  const { narrow, drawerOpen } = useSidebar()
  const open = usePreferences((state) => state.preferences?.sidebarOpen ?? true)
  return narrow ? drawerOpen : open
}

/** Shows or hides the sidebar; the choice is remembered, except for the drawer. */
export function toggleSidebar(): void {
  const { narrow, drawerOpen } = useSidebar.getState()
  const { preferences } = usePreferences.getState()
  if (narrow) useSidebar.setState({ drawerOpen: !drawerOpen })
  else if (preferences) void updatePreferences({ sidebarOpen: !preferences.sidebarOpen })
}
