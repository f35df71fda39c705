import { useEffect, useState } from 'react'

/** The current time as of the start of this day or of mounting; changes after midnight, also after a sleep. */
export function useToday(): Date {
  const [today, setToday] = useState(() => new Date())

  useEffect(() => {
    const check = () => setToday((known) => (known.toDateString() === new Date().toDateString() ? known : new Date()))
    const nextDay = new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1)
    const timer = setTimeout(check, nextDay.getTime() - Date.now() + 1_000)
    document.addEventListener('visibilitychange', check)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', check)
    }
  }, [today])

  return today
}
