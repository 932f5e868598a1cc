import { useEffect, useState } from 'react'

/** Copies a text, and knows for two seconds that it did. */
export function useCopy(text: string): { copied: boolean; copy: () => void } {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // The browser keeps its clipboard to itself: the text can be selected.
      () => setCopied(false),
    )
  }
  return { copied, copy }
}
